using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Conditions;

/// <summary>
/// What is known when a condition is evaluated. <c>default</c> knows nothing, and whatever isn't given is unknown. The
/// attribute sets live as long as the agent, the session or the catalogue; making facts for an action allocates nothing.
/// </summary>
public readonly struct Facts
{
    /// <summary>The arguments of the call as it will be executed; undefined when it has none.</summary>
    public JsonElement Args { get; init; }

    /// <summary>The agent.</summary>
    public AttributeSet? Agent { get; init; }

    /// <summary>Whom it works for.</summary>
    public AttributeSet? User { get; init; }

    /// <summary>What the action hits, from the catalogue.</summary>
    public AttributeSet? Resource { get; init; }

    /// <summary>The environment.</summary>
    public AttributeSet? Env { get; init; }

    /// <summary>The session's labels.</summary>
    public Labels? Labels { get; init; }

    /// <summary>The moment of the decision.</summary>
    public LocalTime? Time { get; init; }

    /// <summary>Whether the action hits more than one thing at once.</summary>
    public bool? Bulk { get; init; }

    /// <summary>How many things it hits.</summary>
    public long? Count { get; init; }
}
