using Bartizan.Log.Checkpoints;

namespace Bartizan.Log;

/// <summary>How many entries stand on a rung.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Size">All entries below this index stand on it.</param>
/// <param name="Checkpoint">The signed checkpoint that says so; null below <see cref="LogRung.Published"/>.</param>
public sealed record LogStanding(LogRung Rung, long Size, SignedCheckpoint? Checkpoint);
