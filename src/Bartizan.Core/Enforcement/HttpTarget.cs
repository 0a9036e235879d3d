using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// An HTTP request. <paramref name="Method"/> is upper case, <paramref name="Scheme"/> lower case;
/// <paramref name="Path"/> is normalised, starts with <c>/</c> and carries no query.
/// </summary>
public sealed record HttpTarget(string Method, string Scheme, HostName Host, int Port, string Path) : ActionTarget
{
    /// <inheritdoc/>
    public override Verb Verb => Verb.Http;

    /// <inheritdoc/>
    public override string Text => $"{Method} {Scheme}://{Host}:{Port}{Path}";

    /// <inheritdoc/>
    internal override ImmutableArray<string> Parts =>
        [Method, Scheme, Host.ToString(), Port.ToString(CultureInfo.InvariantCulture), Path];
}
