using System.Collections.Immutable;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A request that was granted, as it would be sent: what was decided on, and nothing that another reading could add.</summary>
/// <param name="Method">The method.</param>
/// <param name="Authority">Host, and port where it isn't the scheme's own, as the <c>Host</c> field says it.</param>
/// <param name="Path">The path as it goes over the wire.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
/// <param name="Fields">The header fields but <c>Host</c> and what belongs to one connection.</param>
/// <param name="Body">The body, where it was read whole; null where it is passed on as it comes.</param>
internal sealed record OutgoingRequest(
    string Method,
    string Authority,
    string Path,
    string Query,
    ImmutableArray<HeadField> Fields,
    ReadOnlyMemory<byte>? Body
)
{
    /// <summary>The one value of a field; null when there is none, or more than one.</summary>
    public string? Single(string name)
    {
        var found = Fields.Where(f => f.Is(name)).Take(2).ToList();
        return found is [var only] ? only.Value : null;
    }

    /// <summary>True when there is such a field.</summary>
    public bool Has(string name) => Fields.Any(f => f.Is(name));

    /// <summary>
    /// The same without a field, however its name is written: servers take <c>_</c> for <c>-</c> where they make variables of it.
    /// </summary>
    public OutgoingRequest Without(string name) => this with { Fields = Fields.RemoveAll(f => IsNamed(f.Name, name)) };

    /// <summary>The same with one field of a name, and no other.</summary>
    public OutgoingRequest With(string name, string value) =>
        Without(name) is var rest ? rest with { Fields = rest.Fields.Add(new HeadField(name, value)) } : rest;

    /// <summary>True when two names are one to some server.</summary>
    public static bool IsNamed(string name, string other) =>
        name.Replace('_', '-').Equals(other.Replace('_', '-'), StringComparison.OrdinalIgnoreCase);
}
