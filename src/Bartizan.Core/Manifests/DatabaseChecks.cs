using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the databases of a manifest, its servers, its credentials and its rules.</summary>
internal static class DatabaseChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        foreach (var (name, value) in ManifestReader.Entries(root.Find("databases")))
        {
            if (!manifest.Databases.TryGetValue(name.Text, out var database))
            {
                continue;
            }

            if (manifest.Servers.ContainsKey(name.Text))
            {
                error(
                    name.Position,
                    $"`{SourceTree.Quote(name.Text)}` is a server and a database: a rule couldn't tell them apart",
                    "Give one of them another name."
                );
            }

            if (database.MaxTtl < database.Ttl)
            {
                error(name.Position, "`max_ttl` is shorter than `ttl`", "The role is renewed up to `max_ttl`.");
            }

            if (
                manifest.Credentials.TryGetValue(database.Credential, out var source)
                && source.Origin == CredentialOrigin.Variable
            )
            {
                warn(
                    name.Position,
                    $"`{source.Name}` comes with the command: after a crash nobody can drop the roles of `{name.Text}` until it comes again",
                    "Take it from the vault, or from a file."
                );
            }

            CheckRules(name, own, patternsOf, error, warn);
        }
    }

    private static void CheckRules(
        SourceNode.Scalar name,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var granting = own.Where(rule => rule.Verb == Verb.Tool && rule.Effect is Effect.Allow or Effect.Ask)
            .Select(rule =>
                (
                    Rule: rule,
                    Heads: patternsOf(rule).OfType<NamePattern>().Where(p => p.Head?.Matches(name.Text) != false)
                )
            )
            .Where(one => one.Heads.Any())
            .ToList();
        foreach (var (rule, heads) in granting)
        {
            if (DatabaseGrant.TermsOf(rule) is not null)
            {
                continue;
            }

            const string Help = "Write `args: { sql: { sql: read, tables: [orders] } }`, or `sql: write`.";
            if (heads.Any(p => p.Head?.Text == name.Text))
            {
                error(
                    rule.Position,
                    $"`{rule.Text}` says nothing of the tables: the session's role could be granted nothing",
                    Help
                );
            }
            else
            {
                warn(
                    rule.Position,
                    $"`{rule.Text}` says nothing of tables: it grants no statement in `{SourceTree.Quote(name.Text)}`",
                    Help
                );
            }
        }

        if (!granting.Any(one => DatabaseGrant.TermsOf(one.Rule) is not null))
        {
            warn(
                name.Position,
                $"no rule allows a statement in `{SourceTree.Quote(name.Text)}`",
                "Add one, or take it out."
            );
        }
    }
}
