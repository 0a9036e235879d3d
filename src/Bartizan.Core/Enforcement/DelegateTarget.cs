using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>Another agent that work is handed to.</summary>
public sealed record DelegateTarget(string Agent) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Delegate;

    /// <inheritdoc/>
    public override string Text => Agent;

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [Agent];
}
