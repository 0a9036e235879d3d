using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>A model call: the provider's name in the manifest and the model id as the upstream will receive it.</summary>
public sealed record ModelTarget(string Provider, string Model) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Model;

    /// <inheritdoc/>
    public override string Text => $"{Provider}/{Model}";

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [Provider, Model];
}
