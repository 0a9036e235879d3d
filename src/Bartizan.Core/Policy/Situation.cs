using System.Text.Json;

namespace Bartizan.Core.Policies;

/// <summary>What rules look at beside an action's target, made ready once for a decision.</summary>
internal readonly struct Situation
{
    /// <summary>A target's situation under a policy.</summary>
    public Situation(in Circumstances circumstances)
    {
        Now = circumstances.Now;
        Arguments = circumstances.Arguments;
    }

    /// <summary>When it is decided.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The arguments of a tool call; <c>Undefined</c> when unknown.</summary>
    public JsonElement Arguments { get; }
}
