using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Vault.Providers;

/// <summary>Writes the grants of a role as statements, of what its database has.</summary>
internal static class GrantStatements
{
    /// <summary>The statements.</summary>
    /// <exception cref="InvalidDataException">A rule names a table that isn't there; the message says which.</exception>
    public static ImmutableArray<string> Of(
        string role,
        ImmutableArray<DatabaseGrant> grants,
        ImmutableArray<KnownTable> tables
    )
    {
        var to = $" TO {Quoted(role)}";
        var made = new List<string>();
        foreach (var grant in grants)
        {
            var meant = tables
                .Where(t => t.Schema == grant.Schema && (grant.Table == "*" || t.Name == grant.Table))
                .ToList();
            if (meant.Count == 0 && grant.Table != "*")
            {
                throw new InvalidDataException($"there is no table `{grant.Schema}.{grant.Table}`");
            }

            foreach (var table in meant)
            {
                var word = grant.Verb.ToString().ToUpperInvariant();
                ImmutableArray<string> columns = [.. grant.Columns.Where(c => table.Columns.Contains(c))];
                if (columns.IsEmpty && !grant.Columns.IsEmpty)
                {
                    continue;
                }

                var named = columns.IsEmpty ? "" : $" ({string.Join(", ", columns.Select(Quoted))})";
                var place = $"{Quoted(table.Schema)}.{Quoted(table.Name)}";
                made.Add($"GRANT USAGE ON SCHEMA {Quoted(table.Schema)}{to}");
                made.Add($"GRANT {word}{named} ON TABLE {place}{to}");
                made.AddRange(
                    grant.Verb == SqlVerb.Insert ? table.Sequences.Select(s => $"GRANT USAGE ON SEQUENCE {s}{to}") : []
                );
            }
        }

        return [.. made.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>A name in quotes.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
