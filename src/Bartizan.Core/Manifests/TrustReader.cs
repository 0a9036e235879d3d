using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a file's <c>trust</c>.</summary>
internal sealed class TrustReader(ImmutableArray<ManifestError>.Builder errors, ConditionSchema schema)
{
    /// <summary>Sources, and sequences, of one manifest with its baselines; each is looked at for each action.</summary>
    public const int MaxTerms = 128;

    /// <summary>The layer of what is consequential.</summary>
    public const string Layer = "trust";

    private const string Arrow = " -> ";

    private const string Tainted = "\"untrusted\" in session.labels";

    private const string WhyAsked = "It is consequential, and the session has read something untrusted.";

    private const string WhyDenied =
        "It goes outside, the session has read something untrusted and something private, and the user didn't name whom it hits.";

    // What passes a gateway, so that no agent gets round it. What is read inside the sandbox is taken as read from the start.
    private static readonly ImmutableArray<Verb> s_sources = [Verb.Tool, Verb.Http, Verb.Connect, Verb.Read];

    private static readonly ImmutableArray<Verb> s_sinks = [Verb.Tool, Verb.Http, Verb.Connect, Verb.Model];

    private readonly RuleReader _rules = new(errors, isCeiling: true, schema);

    /// <summary>What taints a session, and what may not follow what.</summary>
    public TrustTerms Read(SourceNode.Map root)
    {
        if (root.Find("trust") is not SourceNode.Map map)
        {
            return new TrustTerms();
        }

        var sequences = ImmutableArray.CreateBuilder<TrustSequence>();
        foreach (var item in ManifestReader.Items(map.Find("sequences")).OfType<SourceNode.Map>())
        {
            if (ReadSequence(item) is { } sequence)
            {
                sequences.Add(sequence);
            }
        }

        return new TrustTerms
        {
            Sources = [.. Sources(map, "untrusted", Labels.Untrusted), .. Sources(map, "private", Labels.Private)],
            Sequences = sequences.ToImmutable(),
            Stores = [.. ReadStores(map)],
            WordsAlways = RuleReader.TextOf(map, "words") is { } words ? words == "always" : null,
        };
    }

    /// <summary>What is consequential, as rules: each is asked once the session is tainted.</summary>
    public ImmutableArray<Rule> ReadConsequential(SourceNode.Map root)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        var items = root.Find("trust") is SourceNode.Map map ? ManifestReader.Items(map.Find("consequential")) : [];
        var tainted = Condition.Parse(Tainted, schema.WithoutArguments()).Condition!;
        var both = Condition.Parse($"{Tainted} && \"private\" in session.labels", schema.WithoutArguments()).Condition!;
        foreach (var item in items.OfType<SourceNode.Map>())
        {
            var verb = item.Find("tool") is null ? Verb.Http : Verb.Tool;
            var key = verb.ToString().ToLowerInvariant();
            if (
                item.Find(key) is SourceNode.Scalar { IsEmpty: false } said
                && ReadStep($"{key} {said.Text}", said) is { } step
            )
            {
                var targets = ReadTargets(item, verb);
                if (targets is null && item.Find("named_by") is not null)
                {
                    Report(item.PositionOf("named_by"), "who names targets is said, but no target", "Add `targets`.");
                }

                targets = targets is null
                    ? null
                    : targets with
                    {
                        OnlyUsers = RuleReader.TextOf(item, "named_by") == "user",
                    };
                var rule = new Rule
                {
                    Effect = Effect.Ask,
                    Verb = step.Verb,
                    Pattern = step.Pattern,
                    Why = WhyAsked,
                    When = tainted,
                    Targets = targets,
                    Position = item.PositionOf(key),
                };
                rules.Add(rule);
                if (RuleReader.TextOf(item, "outside") is { } outside ? outside == "true" : verb == Verb.Http)
                {
                    rules.Add(
                        rule with
                        {
                            Effect = Effect.Deny,
                            Why = WhyDenied,
                            When = both,
                            Targets = targets is null ? null : targets with { OnlyUsers = true },
                        }
                    );
                }
            }
        }

        return rules.ToImmutable();
    }

    private IEnumerable<TrustStore> ReadStores(SourceNode.Map trust)
    {
        foreach (var item in ManifestReader.Items(trust.Find("stores")).OfType<SourceNode.Map>())
        {
            var (write, read) = (ToolsOf(item, "write"), ToolsOf(item, "read"));
            if (write.IsEmpty && read.IsEmpty)
            {
                Report(item.Position, "a store names no tool", "Say which tools `write` into it, and which `read`.");
            }

            var keys = ManifestReader.Items(item.Find("key")).OfType<SourceNode.Scalar>().ToList();
            foreach (var key in keys.Where(key => !IsPath(key.Text)))
            {
                Report(
                    key.Position,
                    $"`{SourceTree.Quote(key.Text)}` is no path of an argument",
                    "Write `name`, `name.part`, `list` or `list[].part`."
                );
            }

            yield return new TrustStore(
                write,
                read,
                [.. keys.Select(key => key.Text.Replace("[]", "", StringComparison.Ordinal))],
                item.Position
            );
        }
    }

    private ImmutableArray<string> ToolsOf(SourceNode.Map store, string key) =>
        [
            .. ManifestReader
                .Items(store.Find(key))
                .OfType<SourceNode.Scalar>()
                .Select(said => ReadStep($"tool {said.Text}", said)?.Pattern)
                .OfType<string>(),
        ];

    private TargetTerms? ReadTargets(SourceNode.Map item, Verb verb)
    {
        var said = item.Find("targets");
        if (verb == Verb.Http)
        {
            if (said is not null)
            {
                Report(item.PositionOf("targets"), "a request's target is its address", "Take `targets` out.");
            }

            return new TargetTerms([]);
        }

        var paths = ManifestReader.Items(said).OfType<SourceNode.Scalar>().ToList();
        if (paths.Count > TargetTerms.MaxPaths)
        {
            Report(
                paths[0].Position,
                $"more than {TargetTerms.MaxPaths} targets of one action",
                "Name its tools apart."
            );
        }

        foreach (var path in paths.Where(path => !IsPath(path.Text)))
        {
            Report(
                path.Position,
                $"`{SourceTree.Quote(path.Text)}` is no path of an argument",
                "Write `name`, `name.part`, `list` or `list[].part`."
            );
        }

        // Lists are gone through whether a path says so or not.
        return paths.Count == 0
            ? null
            : new TargetTerms([.. paths.Select(path => path.Text.Replace("[]", "", StringComparison.Ordinal))]);
    }

    private static bool IsPath(string path) =>
        path.Length is > 0 and <= TargetTerms.MaxPathLength
        && !path.Any(char.IsWhiteSpace)
        && path.Split('.')
            .All(step =>
                step.Replace("[]", "", StringComparison.Ordinal) is { Length: > 0 } name
                && !name.AsSpan().ContainsAny('[', ']')
            );

    private IEnumerable<TrustSource> Sources(SourceNode.Map trust, string key, Labels label)
    {
        foreach (var said in ManifestReader.Items(trust.Find(key)).OfType<SourceNode.Scalar>())
        {
            if (ReadStep(said.Text, said, s_sources) is { } step)
            {
                yield return new TrustSource(label, step.Verb, step.Pattern, said.Position);
            }
        }
    }

    private TrustSequence? ReadSequence(SourceNode.Map map)
    {
        var (key, effect) = map.Find("deny") is null ? ("ask", Effect.Ask) : ("deny", Effect.Deny);
        if (map.Find(key) is not SourceNode.Scalar { IsEmpty: false } said)
        {
            return null;
        }

        if (said.Text.Split(Arrow) is not [var before, var after])
        {
            Report(
                said.Position,
                $"`{SourceTree.Quote(said.Text)}` is no sequence of two actions",
                "Write `verb pattern -> verb pattern`."
            );
            return null;
        }

        return ReadStep(before, said, s_sources) is { } first && ReadStep(after, said, s_sinks) is { } then
            ? new TrustSequence(effect, first, then, RuleReader.TextOf(map, "why") ?? "", map.PositionOf(key))
            : null;
    }

    private (Verb Verb, string Pattern)? ReadStep(
        string text,
        SourceNode.Scalar said,
        ImmutableArray<Verb> verbs = default
    )
    {
        if (_rules.ReadPattern(said, text) is not { } step)
        {
            return null;
        }

        if (!verbs.IsDefault && !verbs.Contains(step.Verb))
        {
            var known = string.Join(", ", verbs.Select(verb => $"`{verb.ToString().ToLowerInvariant()}`"));
            Report(
                said.Position,
                $"`{step.Verb.ToString().ToLowerInvariant()}` can't stand here",
                $"What is looked at here is {known}: the gateways see it whatever the agent does."
            );
            return null;
        }

        return step;
    }

    private void Report(SourcePosition where, string what, string hint) => errors.Add(new(where, what, hint));
}
