namespace Bartizan.Core.Policies;

/// <summary>What becomes of TLS to a host.</summary>
public enum Interception
{
    /// <summary>It is looked into, and no rule could allow any request: nothing is opened.</summary>
    Closed = 0,

    /// <summary>It is looked into; each request is decided alone.</summary>
    Open,

    /// <summary>It is an opaque tunnel, which <c>connect</c> rules decide.</summary>
    None,
}
