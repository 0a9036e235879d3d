namespace Bartizan.EndToEnd.Tests.Walk;

/// <summary>Bytes that an agent, or the record of it, left in one place.</summary>
/// <param name="Place">Where: for who reads the failure.</param>
/// <param name="Bytes">What stands there.</param>
/// <param name="Own">True when the agent or the instance wrote it; false for pages of the host's programs.</param>
internal sealed record Remain(string Place, byte[] Bytes, bool Own);
