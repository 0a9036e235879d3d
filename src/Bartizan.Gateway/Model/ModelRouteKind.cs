namespace Bartizan.Gateway.Model;

/// <summary>What a request line asks of the model gateway. Zero is a path that doesn't exist.</summary>
internal enum ModelRouteKind
{
    /// <summary>404.</summary>
    Unknown = 0,

    /// <summary>A liveness question, answered here.</summary>
    Root,

    /// <summary>A call whose body names the model.</summary>
    Call,

    /// <summary>The list of models.</summary>
    List,

    /// <summary>One model of the list; the path names it.</summary>
    Describe,

    /// <summary>What the agent says of itself: OTLP logs.</summary>
    Claims,

    /// <summary>A client's hook asks, or tells; the path names the client.</summary>
    Hook,

    /// <summary>An answer that the upstream keeps; the path names it.</summary>
    Stored,
}
