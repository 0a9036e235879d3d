namespace Bartizan.Client.Pins;

/// <summary>What reading a manifest's lock again did.</summary>
/// <param name="Changed">True when it isn't what it was; live sessions of the manifest are held to it from now on.</param>
public sealed record PinsReadReply(bool Changed);
