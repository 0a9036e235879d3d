namespace Bartizan.Client.Sessions;

/// <summary>What a switch did.</summary>
/// <param name="Sessions">The sessions it moved.</param>
/// <param name="Milliseconds">From the request to verified.</param>
public sealed record SwitchReply(IReadOnlyList<string> Sessions, double Milliseconds);
