namespace Bartizan.Sandbox.SelfTest;

/// <summary>How an attempt to break out ended. What is not known counts as open.</summary>
public enum AttemptResult
{
    /// <summary>It succeeded.</summary>
    Open = 0,

    /// <summary>Nothing is proved: it gave no verdict, or its positive control failed. Counts as open.</summary>
    Inconclusive,

    /// <summary>It succeeded, and the checked-in residuals say why that is accepted at this tier.</summary>
    Residual,

    /// <summary>The thing to attack does not exist on this host, or not in this version. Counts as neither.</summary>
    NotApplicable,

    /// <summary>A layer stopped it, and its positive control showed that the act is possible where none does.</summary>
    Blocked,
}
