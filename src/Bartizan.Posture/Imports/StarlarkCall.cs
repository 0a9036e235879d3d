using System.Collections.Immutable;

namespace Bartizan.Posture.Imports;

/// <summary>A call with named arguments: each a list of alternatives per item; a plain string is one item of one.</summary>
/// <param name="Name">The function.</param>
/// <param name="Text">The call on one line.</param>
/// <param name="Arguments">The arguments.</param>
internal sealed record StarlarkCall(
    string Name,
    string Text,
    ImmutableDictionary<string, ImmutableArray<ImmutableArray<string>>> Arguments
)
{
    /// <summary>A string argument; null when it is absent or a list.</summary>
    public string? TextOf(string name) =>
        Arguments.GetValueOrDefault(name) is { IsDefault: false } and [[var text]] ? text : null;

    /// <summary>A list argument, its alternatives item by item; empty when it is absent.</summary>
    public ImmutableArray<ImmutableArray<string>> ListOf(string name) =>
        Arguments.GetValueOrDefault(name) is { IsDefault: false } list ? list : [];
}
