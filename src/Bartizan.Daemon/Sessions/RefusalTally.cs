namespace Bartizan.Daemon.Sessions;

/// <summary>How often one target was refused.</summary>
/// <param name="Count">How often.</param>
/// <param name="Needed">The one rule that would allow it; null when none would.</param>
/// <param name="Reason">Why it was refused.</param>
public sealed record RefusalTally(long Count, string? Needed, string Reason);
