namespace Bartizan.Records.Retention;

/// <summary>Why something stays.</summary>
public enum KeptReason
{
    /// <summary>It doesn't stay.</summary>
    None = 0,

    /// <summary>Its class or kind is kept for ever.</summary>
    Forever,

    /// <summary>It isn't old enough.</summary>
    Young,

    /// <summary>A legal hold keeps it.</summary>
    Held,

    /// <summary>Its session lives.</summary>
    Live,

    /// <summary>An action of its session has no outcome yet.</summary>
    Unfinished,

    /// <summary>Payloads that its session's entries commit to are still there.</summary>
    Payloads,

    /// <summary>It isn't in a bundle yet, or not under a published (where there are witnesses: witnessed) checkpoint.</summary>
    Unpublished,

    /// <summary>A sink hasn't had it yet.</summary>
    Unexported,

    /// <summary>Something before it stays, and a log is pruned from its start.</summary>
    Behind,
}
