using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Enforcement;

/// <summary>An opaque tunnel to a named host.</summary>
public sealed record ConnectTarget(HostName Host, int Port) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Connect;

    /// <inheritdoc/>
    public override string Text => $"{Host}:{Port}";

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts => [Host.ToString(), Port.ToString(CultureInfo.InvariantCulture)];
}
