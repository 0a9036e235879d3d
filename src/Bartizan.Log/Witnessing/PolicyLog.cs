using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>A log that a policy names.</summary>
/// <param name="Key">Its key; the key's name is the log's origin.</param>
/// <param name="Url">Where it is, if said.</param>
public sealed record PolicyLog(NoteVerifier Key, string? Url);
