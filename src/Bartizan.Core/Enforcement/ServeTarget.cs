using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>A caller's request to the agent.</summary>
public sealed record ServeTarget(string Method, string Path) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Serve;

    /// <inheritdoc/>
    public override string Text => $"{Method} {Path}";

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [Method, Path];
}
