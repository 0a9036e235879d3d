using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>Says for each rule where it is enforced and what holds: never more than the enforcement point can.</summary>
public static class ManifestReport
{
    /// <summary>One line for each rule, in the order of the layers.</summary>
    public static ImmutableArray<RuleEnforcement> Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var seen = manifest
            .Layers.SelectMany(layer => layer.Rules.SelectMany(rule => CompiledRule.Compile(rule, layer)))
            .Where(rule => rule.Intercepts)
            .SelectMany(rule => rule.Patterns.OfType<ConnectPattern>())
            .ToList();
        return
        [
            .. manifest.Layers.SelectMany(layer =>
                layer.Rules.Select(rule => OfRule(rule, layer.Name, seen, manifest.Serve))
            ),
        ];
    }

    /// <summary>What providers are asked for by the manifest's rules: one sentence for each token of a GitHub App.</summary>
    public static ImmutableArray<string> AskedOf(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return
        [
            .. manifest
                .Credentials.Values.OrderBy(source => source.Name, StringComparer.Ordinal)
                .Select(source => AskedOf(manifest, source))
                .OfType<string>(),
        ];
    }

    private static string? AskedOf(Manifest manifest, CredentialSource source)
    {
        if (
            GitHubNeeds.Of(manifest, source) is not { } needs
            || GitHubForm.RepositoriesOf(source.Parameters) is not { IsEmpty: false } repositories
            || GitHubForm.PermissionsOf(source.Parameters) is not { IsEmpty: false } permissions
        )
        {
            return null;
        }

        var isExact =
            needs is { WhyAnyRepository: null, WhyAnyPermission: null }
            && needs.Repositories.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(repositories)
            && needs.Permissions.SequenceEqual(permissions);
        return $"`{source.Name}` is a token for {string.Join(", ", repositories)}, with {GitHubNeeds.TextOf(permissions)}"
            + (isExact ? ": what its rules need" : "");
    }

    private static RuleEnforcement OfRule(Rule rule, string layer, List<ConnectPattern> seen, ServeSection? serve)
    {
        var (point, strength, says) = rule.Verb switch
        {
            Verb.Model => ("model gateway", EnforcementStrength.Holds, "there is no other way to a model"),
            Verb.Http => ("egress proxy", EnforcementStrength.Holds, OfHttp(rule)),
            Verb.Connect => (
                "egress proxy",
                EnforcementStrength.Holds,
                "there is no other way out; the name that was ruled on is the name that is dialed, its address is vetted"
                    + Unopened(rule, seen)
            ),
            Verb.Read or Verb.Write => OfFile(rule),
            Verb.Exec => (
                "the client's hooks or the model gateway, and the view",
                EnforcementStrength.Intent,
                "it is intent only: a client with hooks asks before it runs a command, for any other the model gateway decides before it sees the call; which programs exist at all is decided by the view, and inside one program can start another; "
                    + "what holds is the sandbox and the egress proxy"
            ),
            Verb.Tool => (
                "tool gateway",
                EnforcementStrength.Holds,
                "there is no other way to a server that `servers` names; a server that the agent starts itself is `exec`"
            ),
            Verb.Delegate => (
                "identity server",
                EnforcementStrength.Holds,
                "an agent that it names is given a token to act for this one, when what it may do is proved within; nothing else is delegated yet"
            ),
            Verb.Serve => OfServe(serve),
            _ => ("none", EnforcementStrength.Intent, "it is not enforced by this version"),
        };
        var once = rule is { When: not null, Verb: Verb.Read or Verb.Write }
            ? "; its condition is looked at when the view is made"
                + (rule.Verb == Verb.Write ? " and when the diff is applied" : "")
            : "";
        var kept = rule.Keep is { } fields
            ? $"; of its results the agent gets the fields {fields} and no others, as far as they are JSON"
            : "";
        return new RuleEnforcement(rule, layer, point, strength, says + once + kept);
    }

    private static (string Point, EnforcementStrength Strength, string Says) OfServe(ServeSection? serve) =>
        serve switch
        {
            null => ("none", EnforcementStrength.Intent, "nobody can call an agent that has no `serve`"),
            { Port: not null } => (
                "inbound gateway",
                EnforcementStrength.Holds,
                "by method and path, to the letter; the agent listens in its sandbox, and nowhere else"
            ),
            _ => (
                "inbound gateway",
                EnforcementStrength.Partly,
                "by method and path, to the letter; it holds for who calls the gateway: that nobody else reaches `serve.upstream` is yours to see to"
            ),
        };

    private static string OfHttp(Rule rule)
    {
        var https = PatternsOf(rule).OfType<HttpPattern>().Where(p => p.ReachesHttps).ToList();
        return https.Count == 0 ? "cleartext, by method, host, port and path"
            : https.TrueForAll(p => p.IsWholeHost && rule.Credential is null)
                ? "cleartext by method, host and path; https as a tunnel by its host: method, path and content are not seen, unless a finer rule has them looked at"
            : "by method, host, port and path; TLS to the host is looked into, and each request is decided alone";
    }

    // A tunnel that a rule allows, where another has requests looked at.
    private static string Unopened(Rule rule, List<ConnectPattern> seen)
    {
        var own = PatternsOf(rule).OfType<ConnectPattern>().ToList();
        var closed = seen.Where(s =>
                own.Exists(o =>
                    o.Canonical == s.Canonical
                    || (s.Literal is { } literal && o.Matches(literal))
                    || (o.Literal is { } mine && s.Matches(mine))
                )
            )
            .Select(s => s.Canonical)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return closed.Count == 0 || rule.Effect == Effect.Deny
            ? ""
            : $"; it opens nothing to `{string.Join("`, `", closed)}`, where each request is looked at and only `http` rules count: for all of them write `http * https://host/**`";
    }

    private static (string Point, EnforcementStrength Strength, string Says) OfFile(Rule rule)
    {
        var whole = PatternsOf(rule).OfType<PathPattern>().All(p => p.IsWholeFolder);
        return (rule.Verb, rule.Effect, whole) switch
        {
            (Verb.Read, Effect.Ask, _) => (
                "the view",
                EnforcementStrength.Holds,
                "nobody can be asked while the view is made: what it names is left out"
            ),
            (Verb.Read, _, true) => (
                "the view",
                EnforcementStrength.Holds,
                "it is decided once, before the agent starts"
            ),
            (Verb.Read, _, _) => (
                "the view",
                EnforcementStrength.Partly,
                "it holds for whatever existed at the start; what the agent writes itself it can read"
            ),
            (_, Effect.Ask, _) => (
                "the view, and the diff",
                EnforcementStrength.Partly,
                "the agent may write it in the staged workspace; a person is asked when the diff is applied"
            ),
            (_, _, true) => (
                "the view, and the diff",
                EnforcementStrength.Holds,
                "writes land in a staged copy, and the diff is judged again before it is applied"
            ),
            _ => (
                "the diff",
                EnforcementStrength.Partly,
                "in the staged workspace the agent may write it; it is held when the diff is applied"
            ),
        };
    }

    private static IEnumerable<TargetPattern> PatternsOf(Rule rule) =>
        Alternation.TryExpand(rule.Pattern, out var texts, out _)
            ? texts
                .Select(t => TargetPattern.Parse(rule.Verb, t, rule.Effect == Effect.Allow, out _))
                .OfType<TargetPattern>()
            : [];
}
