using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Queries;

/// <summary>What a statement may be: <c>sql: read</c> or <c>sql: write</c> with its tables, columns, rows and functions.</summary>
/// <param name="Tables">The tables it may name: <c>orders</c>, <c>shop.orders</c>, <c>shop.*</c>; empty for all but a server's own.</param>
/// <param name="Rows">The most rows it may return; it must then say so by LIMIT. Null for no such demand.</param>
/// <param name="Functions">Functions it may call beside the common ones that only compute.</param>
public sealed record SqlTerms(ImmutableArray<string> Tables, long? Rows, ImmutableArray<string> Functions)
{
    /// <summary>True for <c>sql: write</c>: a statement that adds, changes or takes away rows. Others don't fit then.</summary>
    public bool Writes { get; init; }

    /// <summary>The columns it may read, without their tables; empty for all.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>The columns it may write; empty for all.</summary>
    public ImmutableArray<string> Sets { get; init; } = [];

    // Many rows in one: no number of rows bounds them.
    private static readonly HashSet<string> s_gathering = new(["group_concat", "string_agg"], StringComparer.Ordinal);

    // What a server says of itself, its users and its settings: readable only where it is named.
    private static readonly string[] s_servers =
    [
        "pg_",
        "information_schema.",
        "sqlite_",
        "mysql.",
        "sys.",
        "performance_schema.",
        "pragma_",
        "master.",
        "msdb.",
    ];

    /// <summary>Whether a text is such a query. What isn't understood is unknown.</summary>
    public Truth Judge(ReadOnlySpan<char> text)
    {
        if (SqlParser.Parse(text, Writes) is not { } query)
        {
            return Truth.Unknown;
        }

        return Kleene.Of(
            Writes == query.Verb is not SqlVerb.Select
                && (Columns.IsEmpty || query.Columns.All(c => Columns.Contains(c, StringComparer.Ordinal)))
                && (Sets.IsEmpty || query.Sets.All(c => Sets.Contains(c, StringComparer.Ordinal)))
                && query.Tables.All(IsAllowed)
                && query.Functions.All(f =>
                    SqlWords.Pure.Contains(f) || Functions.Contains(f, StringComparer.OrdinalIgnoreCase)
                )
                && (
                    Rows is not { } most
                    || (query.Rows <= most && !query.IsRecursive && !query.Functions.Any(s_gathering.Contains))
                )
        );
    }

    private bool IsAllowed(SqlTable table)
    {
        var name = table.Name;
        if (Tables.IsEmpty)
        {
            // A database's own name may stand before a schema's.
            return !Array.Exists(
                s_servers,
                own =>
                    name.StartsWith(own, StringComparison.OrdinalIgnoreCase)
                    || name.Contains($".{own}", StringComparison.OrdinalIgnoreCase)
            );
        }

        return Tables.Any(allowed =>
            allowed.EndsWith(".*", StringComparison.Ordinal)
                ? name.StartsWith(allowed[..^1], StringComparison.Ordinal) && name.IndexOf('.', allowed.Length - 1) < 0
                : string.Equals(name, allowed, StringComparison.Ordinal)
        );
    }

    /// <inheritdoc/>
    public bool Equals(SqlTerms? other) =>
        other is not null
        && Rows == other.Rows
        && Writes == other.Writes
        && Columns.SequenceEqual(other.Columns)
        && Sets.SequenceEqual(other.Sets)
        && Tables.SequenceEqual(other.Tables)
        && Functions.SequenceEqual(other.Functions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rows, Writes, Tables.Length, Functions.Length);
}
