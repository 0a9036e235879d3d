namespace Bartizan.Log.Witnessing;

/// <summary>A witness's word that, at a time, it had seen no larger tree of this log and none that contradicts it.</summary>
/// <param name="Witness">Whose.</param>
/// <param name="Time">When, in seconds since 1970.</param>
/// <param name="Line">The signature line, as it is added to the note.</param>
public sealed record Cosignature(CosignatureVerifier Witness, long Time, string Line);
