namespace Bartizan.Log.Checkpoints;

/// <summary>Which witnesses must have co-signed a checkpoint before its entries count as witnessed (C2SP tlog-policy).</summary>
public interface ICosignaturePolicy
{
    /// <summary>
    /// True when the note carries cosignatures of enough witnesses. The log's own signature was checked before.
    /// </summary>
    bool IsMet(SignedCheckpoint checkpoint);
}
