using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Narrowing;

/// <summary>An argument of an example.</summary>
/// <param name="Json">Its value; null when there is none.</param>
/// <param name="Twice">True when its name stands there twice.</param>
internal sealed record ArgumentWitness(string? Json, bool Twice)
{
    /// <summary>There is none.</summary>
    public static ArgumentWitness Absent { get; } = new(null, Twice: false);

    /// <summary>It can't be told which it is.</summary>
    public static ArgumentWitness Unreadable { get; } = new(null, Twice: true);

    /// <summary>True when it has a value.</summary>
    public bool HasValue => Json is not null;

    /// <summary>A value.</summary>
    public static ArgumentWitness Of(string json) => new(json, Twice: false);

    /// <summary>A call with this argument alone.</summary>
    public string Within(ImmutableArray<string> path)
    {
        var call = MemberOf(path[^1]);
        foreach (var name in path[..^1].Reverse())
        {
            call = $"{{{JsonSerializer.Serialize(name)}:{call}}}";
        }

        return call;
    }

    /// <summary>The members of an object that has this one under a name.</summary>
    public IEnumerable<string> Members(string name)
    {
        if (HasValue || Twice)
        {
            yield return $"{JsonSerializer.Serialize(name)}:{Json ?? "0"}";
        }

        // Some readers take names of another case for the same.
        if (Twice)
        {
            var upper = name.ToUpperInvariant();
            var other = upper == name ? name.ToLowerInvariant() : upper;
            yield return $"{JsonSerializer.Serialize(other)}:0";
        }
    }

    private string MemberOf(string name) => $"{{{string.Join(',', Members(name))}}}";
}
