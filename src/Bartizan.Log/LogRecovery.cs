namespace Bartizan.Log;

/// <summary>What opening found.</summary>
/// <param name="Created">True when the log was made.</param>
/// <param name="TornBytes">Bytes of a torn, never acknowledged commit that were cut off; 0 after a clean close.</param>
/// <param name="BeyondCheckpoint">Entries that the last checkpoint didn't cover yet; 0 after a clean close.</param>
public sealed record LogRecovery(bool Created, long TornBytes, long BeyondCheckpoint);
