using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Manifests;

/// <summary>What the role of a session may do to a table, by the manifest's own rules.</summary>
/// <param name="Verb">Select, insert, update or delete.</param>
/// <param name="Schema">The table's schema.</param>
/// <param name="Table">The table; <c>*</c> for each that is there when the role is made.</param>
/// <param name="Columns">The columns; empty for all.</param>
public sealed record DatabaseGrant(SqlVerb Verb, string Schema, string Table, ImmutableArray<string> Columns)
{
    /// <summary>The tools of a database, by the verb that a statement has.</summary>
    public static readonly ImmutableDictionary<SqlVerb, string> Tools = ImmutableDictionary.CreateRange(
        new Dictionary<SqlVerb, string>
        {
            [SqlVerb.Select] = "select",
            [SqlVerb.Copy] = "copy",
            [SqlVerb.Insert] = "insert",
            [SqlVerb.Update] = "update",
            [SqlVerb.Delete] = "delete",
        }
    );

    /// <summary>The argument of those tools.</summary>
    public const string Argument = "sql";

    /// <summary>
    /// The grants that the rules need, no more: of each rule that allows or asks and names tables. A ceiling gives nothing, and what a
    /// denial takes away is refused by the monitor.
    /// </summary>
    public static ImmutableArray<DatabaseGrant> Of(Manifest manifest, string database, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return
        [
            .. manifest
                .Layers.Where(layer => !layer.IsCeiling)
                .SelectMany(layer => layer.Rules)
                .Where(rule => rule.Verb == Enforcement.Verb.Tool && rule.Effect is Effect.Allow or Effect.Ask)
                .Where(rule => rule.Expires is not { } day || day >= today)
                .SelectMany(rule => OfRule(rule, database))
                .Distinct(),
        ];
    }

    /// <summary>
    /// True when some rule would grant a statement, whatever its values are and whatever else the rule demands. What none would grant
    /// needn't be shown to the server to be refused.
    /// </summary>
    public static bool CouldFit(Manifest manifest, string database, SqlStatement statement)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(statement);
        return Tools.TryGetValue(statement.Verb, out var tool)
            && manifest
                .Layers.Where(layer => !layer.IsCeiling)
                .SelectMany(layer => layer.Rules)
                .Where(rule => rule.Verb == Enforcement.Verb.Tool && rule.Effect is Effect.Allow or Effect.Ask)
                .Any(rule =>
                    TermsOf(rule)?.Judge(statement.Text) == Truth.True
                    && RulePatterns
                        .Of(rule, grants: true)
                        .Patterns.Any(pattern => pattern.Matches(new ToolTarget(database, tool)))
                );
    }

    /// <summary>
    /// True when one of the rules that led to a decision says what a statement may be. One that names whatever server and tool there is
    /// says nothing of tables and functions, and grants no statement.
    /// </summary>
    public static bool IsOf(Manifest manifest, ImmutableArray<RuleReference> rules)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var places = rules.Select(rule => rule.Place).ToHashSet(StringComparer.Ordinal);
        return manifest
            .Layers.Where(layer => !layer.IsCeiling)
            .SelectMany(layer => layer.Rules)
            .Any(rule => TermsOf(rule) is not null && places.Contains(rule.Position.ToString()));
    }

    private static IEnumerable<DatabaseGrant> OfRule(Rule rule, string database)
    {
        if (TermsOf(rule) is not { } terms)
        {
            return [];
        }

        var patterns = RulePatterns.Of(rule, grants: true).Patterns;
        return from pair in Tools
            where patterns.Any(pattern => pattern.Matches(new ToolTarget(database, pair.Value)))
            from table in terms.Tables
            from grant in OfTable(pair.Key, table, terms)
            select grant;
    }

    /// <summary>What a rule says of the statement; null where it names no tables.</summary>
    internal static SqlTerms? TermsOf(Rule rule) =>
        rule.Arguments.FirstOrDefault(one => one.Path == Argument)?.Sql is { Tables.IsEmpty: false } terms
            ? terms
            : null;

    private static IEnumerable<DatabaseGrant> OfTable(SqlVerb verb, string table, SqlTerms terms)
    {
        var point = table.LastIndexOf('.');
        var (schema, name) = point < 0 ? (SqlParser.OwnSchema, table) : (table[..point], table[(point + 1)..]);
        var (read, written) = (AllOr(terms.Columns), AllOr(terms.Sets));
        var isReading = verb is SqlVerb.Select or SqlVerb.Copy;
        if (isReading == terms.Writes)
        {
            yield break;
        }

        yield return new DatabaseGrant(SqlVerb.Select, schema, name, read);
        if (!isReading)
        {
            yield return new DatabaseGrant(verb, schema, name, verb == SqlVerb.Delete ? [] : written);
        }
    }

    private static ImmutableArray<string> AllOr(ImmutableArray<string> columns) => columns.Contains("*") ? [] : columns;

    /// <inheritdoc/>
    public bool Equals(DatabaseGrant? other) =>
        other is not null
        && Verb == other.Verb
        && Schema == other.Schema
        && Table == other.Table
        && Columns.SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Verb, Schema, Table, Columns.Length);
}
