namespace Bartizan.Core.Narrowing;

/// <summary>In what the first manifest exceeds the second.</summary>
public enum ExcessKind
{
    /// <summary>The proof gave up; nothing is known.</summary>
    Unknown = 0,

    /// <summary>An action is decided more generously.</summary>
    Decision,

    /// <summary>An action is carried out under fewer or other obligations.</summary>
    Obligation,

    /// <summary>A credential is declared, or comes from elsewhere.</summary>
    Credential,

    /// <summary>A model upstream is declared, or leads elsewhere.</summary>
    Model,

    /// <summary>The sandbox shows or allows more of the host.</summary>
    Sandbox,

    /// <summary>More may be spent, or faster.</summary>
    Budget,

    /// <summary>A tool server is declared, leads elsewhere, or has other pins.</summary>
    Server,

    /// <summary>More people, or fewer at a time, may approve.</summary>
    Approval,

    /// <summary>A decision point outside isn't asked any more.</summary>
    Consultation,

    /// <summary>A session is tainted by less, or may do what may not follow in the other.</summary>
    Flow,

    /// <summary>Less is looked for in content, or less is done about it.</summary>
    Guard,

    /// <summary>The environment has relaxations that the other lacks.</summary>
    Environment,

    /// <summary>Another authority vouches for a host.</summary>
    Host,

    /// <summary>Other people are let in, or are known by something else.</summary>
    Callers,
}
