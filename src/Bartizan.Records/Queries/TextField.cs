namespace Bartizan.Records.Queries;

/// <summary>The texts of an entry that a query can name.</summary>
internal enum TextField
{
    /// <summary>No field.</summary>
    None = 0,

    /// <summary>The agent, as <c>name@version</c> and as its name alone.</summary>
    Agent,

    /// <summary>The person on whose behalf it ran, or who answered.</summary>
    Person,

    /// <summary>The session.</summary>
    Session,

    /// <summary>The whole target.</summary>
    Target,

    /// <summary>The host of an <c>http</c> or <c>connect</c> target.</summary>
    Host,

    /// <summary>The target of a tool call, and the tools that a model's answer asked for.</summary>
    Tool,

    /// <summary>The target of a model call.</summary>
    Model,

    /// <summary>A rule behind the decision: its text, its place or its layer.</summary>
    Rule,

    /// <summary>The reason.</summary>
    Reason,

    /// <summary>The detail.</summary>
    Detail,

    /// <summary>The credential's handle.</summary>
    Credential,

    /// <summary>The enforcement point.</summary>
    Point,

    /// <summary>The digest of the policy that decided.</summary>
    Policy,

    /// <summary>The digest that ties an approval to its action.</summary>
    Action,
}
