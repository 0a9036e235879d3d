namespace Bartizan.Gateway.Egress;

/// <summary>What becomes of the client's connection after an answer.</summary>
internal enum ClientEnd
{
    /// <summary>Reset, because what it has is not the whole.</summary>
    Reset = 0,

    /// <summary>Closed in order.</summary>
    Close,

    /// <summary>Kept for the next request.</summary>
    Keep,
}
