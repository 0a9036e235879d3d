using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// The fields of a tool's result that reach the agent, and no others: <c>id</c>, <c>customer.name</c>. A field is kept with all below
/// it; lists on the way are gone through item by item. A tree: each name leads to what is kept below it.
/// </summary>
public sealed class KeptFields : IEquatable<KeptFields>
{
    /// <summary>Fields of one rule: more is no selection.</summary>
    public const int MaxFields = 64;

    /// <summary>The longest path, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Names of one path.</summary>
    public const int MaxDepth = 16;

    // Null stands for a field with all below it.
    private readonly FrozenDictionary<string, KeptFields?> _fields;

    private KeptFields(IEnumerable<KeyValuePair<string, KeptFields?>> fields)
    {
        _fields = fields.ToFrozenDictionary(StringComparer.Ordinal);
        Paths = [.. PathsOf(this).Order(StringComparer.Ordinal)];
        Canonical = JsonSerializer.Serialize(Paths);
    }

    /// <summary>The paths, sorted, none below another.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>The paths in their one spelling.</summary>
    public string Canonical { get; }

    /// <summary>Keeps the fields of these paths.</summary>
    /// <exception cref="ArgumentException">When one is none; see <see cref="FindProblem"/>.</exception>
    public static KeptFields Of(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var tree = new Branch();
        foreach (var path in paths)
        {
            if (FindProblem(path) is { } problem)
            {
                throw new ArgumentException($"`{path}` {problem}", nameof(paths));
            }

            tree.Add(path.Split('.'));
        }

        return tree.ToFields();
    }

    /// <summary>What is wrong with a path, to follow it in a sentence; null when nothing is.</summary>
    public static string? FindProblem(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var names = path.Split('.');
        return path.Length > MaxLength ? $"is longer than {MaxLength} characters"
            : names.Length > MaxDepth ? $"has more than {MaxDepth} names"
            : names.Any(name => name.Length == 0 || name.Trim().Length != name.Length) ? "has an empty name"
            : path.AsSpan().IndexOfAny("*[]/") >= 0 || path.Any(char.IsControl)
                ? "is no path of plain names: lists are gone through without `[]`, and there are no wildcards"
            : null;
    }

    /// <summary>Whether a field is kept, and what of it: null below stands for all of it.</summary>
    public bool TryFind(string name, out KeptFields? below) => _fields.TryGetValue(name, out below);

    /// <summary>True when the field of a path is kept whole.</summary>
    public bool Keeps(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var fields = this;
        foreach (var name in path.Split('.'))
        {
            if (!fields._fields.TryGetValue(name, out var below))
            {
                return false;
            }

            if (below is null)
            {
                return true;
            }

            fields = below;
        }

        return false;
    }

    /// <summary>What both keep; null for one that doesn't say, and then the other counts.</summary>
    public static KeptFields? Both(KeptFields? one, KeptFields? other)
    {
        if (one is null || other is null)
        {
            return one ?? other;
        }

        var both = new List<KeyValuePair<string, KeptFields?>>();
        foreach (var (name, below) in one._fields)
        {
            if (other._fields.TryGetValue(name, out var theirs))
            {
                var met = Both(below, theirs);
                if (met is null or { _fields.Count: > 0 })
                {
                    both.Add(new(name, met));
                }
            }
        }

        return new KeptFields(both);
    }

    /// <inheritdoc/>
    public bool Equals(KeptFields? other) =>
        other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KeptFields);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Canonical);

    /// <summary>The paths as a sentence has them.</summary>
    public override string ToString() => Paths.IsEmpty ? "none" : string.Join(", ", Paths.Select(path => $"`{path}`"));

    private static IEnumerable<string> PathsOf(KeptFields fields) =>
        fields._fields.SelectMany(field =>
            field.Value is { } below ? PathsOf(below).Select(path => $"{field.Key}.{path}") : [field.Key]
        );

    private sealed class Branch
    {
        private readonly Dictionary<string, Branch?> _below = new(StringComparer.Ordinal);

        public void Add(ReadOnlySpan<string> names)
        {
            if (_below.TryGetValue(names[0], out var branch) && branch is null)
            {
                return;
            }

            if (names.Length == 1)
            {
                _below[names[0]] = null;
                return;
            }

            if (branch is null)
            {
                _below[names[0]] = branch = new Branch();
            }

            branch.Add(names[1..]);
        }

        public KeptFields ToFields() => new(_below.Select(one => KeyValuePair.Create(one.Key, one.Value?.ToFields())));
    }
}
