using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a file's <c>trust</c>.</summary>
internal sealed class TrustReader(ImmutableArray<ManifestError>.Builder errors, ConditionSchema schema)
{
    /// <summary>Sources, and sequences, of one manifest with its baselines; each is looked at for each action.</summary>
    public const int MaxTerms = 128;

    private const string Arrow = " -> ";

    private const string WhyAsked = "It is consequential, and the session has read something untrusted.";

    // What passes a gateway, so that no agent gets round it. What is read inside the sandbox is taken as read from the start.
    private static readonly ImmutableArray<Verb> s_sources = [Verb.Tool, Verb.Http, Verb.Connect, Verb.Read];

    private static readonly ImmutableArray<Verb> s_sinks = [Verb.Tool, Verb.Http, Verb.Connect, Verb.Model];

    private readonly RuleReader _rules = new(errors, isCeiling: true, schema, takesTunnels: true);

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
        };
    }

    /// <summary>What is consequential, as rules: each is asked once the session is tainted.</summary>
    public ImmutableArray<Rule> ReadConsequential(SourceNode.Map root)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        var items = root.Find("trust") is SourceNode.Map map ? ManifestReader.Items(map.Find("consequential")) : [];
        var tainted = Condition.Parse("\"untrusted\" in session.labels", schema.WithoutArguments()).Condition!;
        foreach (var item in items.OfType<SourceNode.Map>())
        {
            var verb = item.Find("tool") is null ? Verb.Http : Verb.Tool;
            var key = verb.ToString().ToLowerInvariant();
            if (
                item.Find(key) is SourceNode.Scalar { IsEmpty: false } said
                && ReadStep($"{key} {said.Text}", said) is { } step
            )
            {
                rules.Add(
                    new Rule
                    {
                        Effect = Effect.Ask,
                        Verb = step.Verb,
                        Pattern = step.Pattern,
                        Why = WhyAsked,
                        When = tainted,
                        Position = item.PositionOf(key),
                    }
                );
            }
        }

        return rules.ToImmutable();
    }

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
