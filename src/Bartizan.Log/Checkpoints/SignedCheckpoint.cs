namespace Bartizan.Log.Checkpoints;

/// <summary>A checkpoint and the note that it was read from or signed in (C2SP tlog-checkpoint), cosignatures included.</summary>
/// <param name="Checkpoint">What is signed.</param>
/// <param name="Note">The whole note, as it is published.</param>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, string Note);
