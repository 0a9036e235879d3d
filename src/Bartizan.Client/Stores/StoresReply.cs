namespace Bartizan.Client.Stores;

/// <summary>The stores behind tools that carry labels.</summary>
/// <param name="Stores">Each of them.</param>
/// <param name="Says">What came of a request, as a sentence.</param>
public sealed record StoresReply(IReadOnlyList<StoreLine> Stores, string Says);
