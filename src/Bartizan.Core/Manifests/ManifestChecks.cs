using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the parts of a manifest.</summary>
internal sealed class ManifestChecks(
    ImmutableArray<ManifestError>.Builder errors,
    ImmutableArray<ManifestError>.Builder warnings,
    DateOnly? today
)
{
    /// <summary>
    /// Grants times denials up to which dead grants are looked for; beyond it the check, quadratic as it is, is left out.
    /// </summary>
    private const int MaxComparisons = 250_000;

    /// <summary>How long before a grant lapses whoever checks the file is told; a release cycle.</summary>
    private const int DaysOfNotice = 30;

    /// <summary>Patterns of models that are granted; each is compared with each of another upstream.</summary>
    private const int MaxModelPatterns = 128;

    // How the secrets of well-known services begin; enough to warn somebody who pasted one.
    private static readonly string[] _secretStarts =
    [
        "sk-",
        "ghp_",
        "gho_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "AKIA",
        "AIza",
        "-----BEGIN",
    ];

    /// <summary>Checks a manifest that was read, with errors or not.</summary>
    public void Check(Manifest manifest, SourceNode.Map root, ImmutableHashSet<string> usedRoles)
    {
        var own = manifest.Layers[^1].Rules;
        if (root.Find("rules") is null && root.Find("roles") is null)
        {
            Error(root.Position, "the manifest has no rules", "Without one the agent may do nothing; add `rules`.");
        }

        CheckCredentials(manifest, root, own);
        CheckModels(manifest, root, own);
        CredentialChecks.Check(manifest, root, Error, Warn, Unfit);
        ServerChecks.Check(manifest, root, own, PatternsOf, Warn);
        ReaderChecks.Check(manifest, root, Error, Warn);
        CodeChecks.Check(manifest, root, Warn, Unfit);
        RunChecks.Check(manifest, root, own, PatternsOf, Error);
        ServeChecks.Check(manifest, root, own, Error, Warn);
        DatabaseChecks.Check(manifest, root, own, PatternsOf, Error, Warn);
        GitChecks.Check(manifest, root, own, PatternsOf, Error, Warn);
        foreach (var rule in manifest.Layers.SelectMany(l => l.Rules))
        {
            CheckRule(rule);
        }

        if (errors.Count == 0)
        {
            CheckReach(manifest);
            EgressChecks.Check(manifest, root, Error, Warn);
        }

        CheckWarnings(manifest, root, usedRoles);
    }

    private void CheckCredentials(Manifest manifest, SourceNode.Map root, ImmutableArray<Rule> own)
    {
        var declared = ManifestReader
            .Entries(root.Find("credentials"))
            .Select(e => e.Key.Text)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var rule in own.Where(r => r.Credential is { } name && !declared.Contains(name)))
        {
            Error(rule.Position, Undeclared(rule.Credential!), NearestWord.Hint(rule.Credential!, declared));
        }

        string[] users = ["models", "servers", "databases", "git", "providers"];
        foreach (var (_, value) in users.SelectMany(key => ManifestReader.Entries(root.Find(key))))
        {
            if (value is SourceNode.Map map && RuleReader.TextOf(map, "with") is { } name && !declared.Contains(name))
            {
                Error(map.PositionOf("with"), Undeclared(name), NearestWord.Hint(name, declared));
            }
        }

        ServerChecks.CheckKeys(manifest, root, declared, Error);

        var used = CredentialChecks
            .UsesOf(manifest)
            .Concat(manifest.Providers.Values.SelectMany(ProviderForms.CredentialsOf))
            .ToHashSet();
        foreach (
            var (name, _) in ManifestReader.Entries(root.Find("credentials")).Where(e => !used.Contains(e.Key.Text))
        )
        {
            Warn(name.Position, $"the credential `{SourceTree.Quote(name.Text)}` is used by nothing", "Take it out.");
        }
    }

    private static string Undeclared(string name) =>
        $"there is no credential `{SourceTree.Quote(name)}` in `credentials`";

    private void CheckModels(Manifest manifest, SourceNode.Map root, ImmutableArray<Rule> own)
    {
        var declared = ManifestReader.Entries(root.Find("models")).Select(e => e.Key).ToList();
        var names = declared.Select(d => d.Text).ToList();
        var grants = new List<(string Provider, NamePattern Pattern, Rule Rule)>();
        foreach (var rule in own.Where(r => r.Verb == Verb.Model))
        {
            foreach (var pattern in PatternsOf(rule).OfType<NamePattern>())
            {
                var providers = names.Where(n => pattern.Head is null || pattern.Head.Matches(n)).ToList();
                if (providers.Count == 0)
                {
                    var head = pattern.Head?.Text ?? "**";
                    Error(rule.Position, $"there is no upstream `{head}` in `models`", NearestWord.Hint(head, names));
                }

                grants.AddRange(rule.Effect == Effect.Deny ? [] : providers.Select(p => (p, pattern, rule)));
            }
        }

        if (grants.Count > MaxModelPatterns)
        {
            Error(
                grants[MaxModelPatterns].Rule.Position,
                $"the rules grant more than {MaxModelPatterns} model patterns",
                "Use `*`."
            );
        }
        else
        {
            CheckToldApart(manifest, grants);
        }

        foreach (var name in declared.Where(d => grants.All(g => g.Provider != d.Text)))
        {
            Warn(
                name.Position,
                $"no rule allows a model of `{SourceTree.Quote(name.Text)}`",
                "Add one, or take it out."
            );
        }
    }

    // The gateway has one base for each wire format: which upstream is meant only the model's name can say.
    private void CheckToldApart(Manifest manifest, List<(string Provider, NamePattern Pattern, Rule Rule)> grants)
    {
        foreach (var one in grants)
        {
            foreach (var other in grants)
            {
                if (
                    string.CompareOrdinal(one.Provider, other.Provider) < 0
                    && manifest.Models.TryGetValue(one.Provider, out var a)
                    && manifest.Models.TryGetValue(other.Provider, out var b)
                    && a.Api == b.Api
                    && PatternOverlap.Exists(one.Pattern.Rest, other.Pattern.Rest)
                )
                {
                    Error(
                        other.Rule.Position,
                        $"`{one.Provider}` and `{other.Provider}` speak one wire format and both allow some model",
                        $"Name the models of each; `{one.Rule.Text}` stands at {one.Rule.Position}."
                    );
                }
            }
        }
    }

    private void CheckRule(Rule rule)
    {
        if (today is { } day && rule.Expires is { } last && last < day)
        {
            Warn(
                rule.Position,
                $"`{SourceTree.Quote(rule.Text)}` lapsed after {last:yyyy-MM-dd}",
                "Renew it, or take it out."
            );
        }
        else if (today is { } now && rule.Expires is { } end && end <= now.AddDays(DaysOfNotice))
        {
            Warn(
                rule.Position,
                $"`{SourceTree.Quote(rule.Text)}` lapses after {end:yyyy-MM-dd}, in {end.DayNumber - now.DayNumber} days",
                "Renew it in time, if it is still needed."
            );
        }

        CheckConstant(rule);

        if (rule.AcceptWide is not null && !PatternsOf(rule).Any(p => p.IsWide))
        {
            Warn(
                rule.Position,
                $"`accept_wide` stands on `{SourceTree.Quote(rule.Text)}`, which isn't wide",
                "Take it out."
            );
        }
    }

    // A condition that reads nothing is true or false once and for all.
    private void CheckConstant(Rule rule)
    {
        if (rule.When is not { Attributes.IsEmpty: true } when)
        {
            return;
        }

        if (ConditionVerdict.Applies(rule.Effect, when.Evaluate(default)))
        {
            Warn(rule.Position, $"the condition of `{SourceTree.Quote(rule.Text)}` always holds", "Take `when` out.");
        }
        else
        {
            Error(
                rule.Position,
                $"`{SourceTree.Quote(rule.Text)}` can never apply: its condition never holds",
                "Take the rule out, or say what it is about."
            );
        }
    }

    // A grant that names one target, or is written as a denial is, can be seen to be dead.
    private void CheckReach(Manifest manifest)
    {
        var ground = new ConditionGround(manifest);
        var seen = new Dictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var rule in manifest.Layers[^1].Rules)
        {
            // Two rules of one text that ask for different things beside it are two rules.
            var text = rule.Text + NormalForm.ConditionsOf(rule, manifest.Layers[^1], ground);
            if (!seen.TryAdd(text, rule))
            {
                Warn(
                    rule.Position,
                    $"`{SourceTree.Quote(rule.Text)}` stands twice",
                    $"It stands at {seen[text].Position}."
                );
            }
        }

        var grants = manifest.Layers[^1].Rules.Count(r => r.Effect != Effect.Deny);
        if ((long)grants * manifest.Layers.Sum(l => l.Rules.Count(r => r.Effect == Effect.Deny)) > MaxComparisons)
        {
            return;
        }

        var denials = manifest.Layers.Select(layer => new Denials(layer)).ToList();
        foreach (var rule in manifest.Layers[^1].Rules.Where(r => r.Effect != Effect.Deny))
        {
            var patterns = PatternsOf(rule).ToList();
            if (denials.Select(d => d.WhyDead(rule.Verb, patterns)).FirstOrDefault(why => why is not null) is { } why)
            {
                Error(
                    rule.Position,
                    $"`{SourceTree.Quote(rule.Text)}` can never apply: {why}",
                    "Take one of them out."
                );
            }
        }
    }

    private void CheckWarnings(Manifest manifest, SourceNode.Map root, ImmutableHashSet<string> usedRoles)
    {
        foreach (var (name, value) in ManifestReader.Entries((root.Find("run") as SourceNode.Map)?.Find("variables")))
        {
            if (
                value is SourceNode.Scalar text
                && _secretStarts.Any(s => text.Text.StartsWith(s, StringComparison.Ordinal))
            )
            {
                Warn(
                    value.Position,
                    $"the variable `{SourceTree.Quote(name.Text)}` looks like a credential, which the agent would hold",
                    "Name it in `credentials` and let the gateway inject it."
                );
            }
        }

        foreach (var rule in manifest.Layers[^1].Rules.Where(r => r is { Verb: Verb.Http, Credential: not null }))
        {
            if (PatternsOf(rule).OfType<HttpPattern>().Any(p => p.Scheme != "https" && !p.Host.NamesPrivateHost))
            {
                Warn(
                    rule.Position,
                    $"`{rule.Credential}` would be sent in cleartext",
                    "Anybody on the way can read it."
                );
            }
        }

        if (manifest.Run is { WorkspacePath: "." })
        {
            foreach (var source in manifest.Credentials.Values.Where(c => LiesBeside(c)))
            {
                var where = (root.Find("credentials") as SourceNode.Map)?.PositionOf(source.Name) ?? root.Position;
                Warn(
                    where,
                    $"the file of `{source.Name}` lies in the workspace, where the agent may read it",
                    "Move it."
                );
            }
        }

        foreach (var model in manifest.Models.Values.Where(m => m.Pool.Add(m.Url).Any(IsOpenHttp)))
        {
            if (manifest.Environment != DeploymentEnvironment.Development)
            {
                var where = (root.Find("models") as SourceNode.Map)?.PositionOf(model.Name) ?? root.Position;
                Warn(where, $"`{model.Name}` is reached by http: what is sent can be read on the way", "Use https.");
            }
        }

        foreach (
            var (name, _) in ManifestReader
                .Entries(root.Find("define_roles"))
                .Where(e => !usedRoles.Contains(e.Key.Text))
        )
        {
            Warn(
                name.Position,
                $"the role `{SourceTree.Quote(name.Text)}` is defined and not named in `roles`",
                "Name it, include it, or take it out."
            );
        }
    }

    private static bool LiesBeside(CredentialSource source) =>
        source.Origin == CredentialOrigin.File
        && !source.Locator.StartsWith('/')
        && !source.Locator.StartsWith("..", StringComparison.Ordinal);

    private static IEnumerable<TargetPattern> PatternsOf(Rule rule) =>
        Alternation.TryExpand(rule.Pattern, out var texts, out _)
            ? texts
                .Select(t => TargetPattern.Parse(rule.Verb, t, rule.Effect == Effect.Allow, out _))
                .OfType<TargetPattern>()
            : [];

    private void Error(SourcePosition where, string message, string hint) => Add(errors, where, message, hint);

    private void Warn(SourcePosition where, string message, string hint) => Add(warnings, where, message, hint);

    private void Unfit(SourcePosition where, string message, string hint) =>
        Add(warnings, where, message, hint, fails: true);

    private static void Add(
        ImmutableArray<ManifestError>.Builder to,
        SourcePosition where,
        string message,
        string hint,
        bool fails = false
    )
    {
        if (to.Count < SourceTree.MaxErrors)
        {
            to.Add(new ManifestError(where, message, hint) { FailsCheck = fails });
        }
    }

    private static bool IsOpenHttp(Uri url) => url.Scheme == "http" && !url.IsLoopback;
}
