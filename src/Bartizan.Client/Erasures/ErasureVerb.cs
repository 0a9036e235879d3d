namespace Bartizan.Client.Erasures;

/// <summary>What is asked of the record.</summary>
public enum ErasureVerb
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Destroy the keys of payloads.</summary>
    Erase,

    /// <summary>Put under a legal hold.</summary>
    Hold,

    /// <summary>Take out of a legal hold.</summary>
    Release,

    /// <summary>Approve what somebody else asked for.</summary>
    Approve,

    /// <summary>Take back or turn down what was asked for.</summary>
    Withdraw,

    /// <summary>Show what waits for approval.</summary>
    Pending,
}
