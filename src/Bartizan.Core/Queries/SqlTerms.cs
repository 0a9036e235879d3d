using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Queries;

/// <summary>What a query may be: <c>sql: read</c> with its tables, rows and functions.</summary>
/// <param name="Tables">The tables it may read: <c>orders</c>, <c>shop.orders</c>, <c>shop.*</c>; empty for all but a server's own.</param>
/// <param name="Rows">The most rows it may return; it must then say so by LIMIT. Null for no such demand.</param>
/// <param name="Functions">Functions it may call beside the common ones that only compute.</param>
public sealed record SqlTerms(ImmutableArray<string> Tables, long? Rows, ImmutableArray<string> Functions)
{
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
        if (SqlParser.Parse(text) is not { } query)
        {
            return Truth.Unknown;
        }

        return Kleene.Of(
            query.Tables.All(IsAllowed)
                && query.Functions.All(f =>
                    SqlWords.Pure.Contains(f) || Functions.Contains(f, StringComparer.OrdinalIgnoreCase)
                )
                && (Rows is not { } most || (query.Rows <= most && !query.Functions.Any(s_gathering.Contains)))
        );
    }

    private bool IsAllowed(SqlTable table)
    {
        var name = table.Folded;
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
        && Tables.SequenceEqual(other.Tables)
        && Functions.SequenceEqual(other.Functions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rows, Tables.Length, Functions.Length);
}
