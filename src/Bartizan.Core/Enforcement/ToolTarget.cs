using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>A tool call: names from the request body, never from a header.</summary>
public sealed record ToolTarget(string Server, string Tool) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Tool;

    /// <inheritdoc/>
    public override string Text => $"{Server}/{Tool}";

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [Server, Tool];
}
