namespace Bartizan.Posture.Inventory;

/// <summary>An agent program on this machine.</summary>
/// <param name="Program">The name people type: <c>claude</c>.</param>
/// <param name="Client">The client profile that fits it.</param>
/// <param name="Path">Where it is.</param>
public sealed record FoundAgent(string Program, string Client, string Path);
