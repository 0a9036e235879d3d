using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// A manifest's information flow (Denning 1976), made ready: which actions put which label on the session, and what may not follow
/// what. Pure. It only ever makes a decision stricter.
/// </summary>
internal sealed class FlowTable
{
    private static readonly RuleLayer s_layer = new("trust", IsCeiling: true, []);

    private readonly ImmutableArray<Source> _sources;
    private readonly ImmutableArray<Sequence> _sequences;
    private readonly ImmutableArray<HostConfinement> _confined;

    private FlowTable(TrustTerms terms, Manifest manifest)
    {
        _sources =
        [
            .. terms.Sources.Select(source => new Source(
                Compile(source.Verb, source.Pattern, source.Position),
                new Exposure(source.Label, [])
            )),
        ];
        _sequences =
        [
            .. terms.Sequences.Select(sequence => new Sequence(
                sequence,
                Compile(sequence.First.Verb, sequence.First.Pattern, sequence.Position),
                Compile(sequence.Then.Verb, sequence.Then.Pattern, sequence.Position),
                new RuleReference("trust", sequence.Text, sequence.Why, sequence.Position.ToString())
            )),
        ];
        _confined = [.. terms.Confined.Select(one => new HostConfinement(one))];
        var unseen = new UnseenReads(manifest);
        AtStart = Exposure.None;
        foreach (var source in _sources.Where(source => unseen.MayMeet(source.Rules)))
        {
            AtStart = AtStart.With(source.Gives);
        }

        foreach (var sequence in _sequences.Where(sequence => unseen.MayMeet(sequence.First)))
        {
            AtStart = AtStart.With(sequence.Gives);
        }
    }

    /// <summary>
    /// What a session has met before it did anything: files are read inside the sandbox, where no gateway sees it, so that what it
    /// could read counts as read.
    /// </summary>
    public Exposure AtStart { get; }

    /// <summary>The table of a manifest; null when it says nothing of flow.</summary>
    public static FlowTable? Of(Manifest manifest) =>
        manifest.Trust is { Sources.IsEmpty: false } or { Sequences.IsEmpty: false } or { Confined.IsEmpty: false }
            ? new FlowTable(manifest.Trust, manifest)
            : null;

    /// <summary>The lines of the normal form.</summary>
    public static IEnumerable<string> LinesOf(TrustTerms terms) =>
        terms
            .Sources.Select(source => $"trust {source.Label} {Canonical(source.Verb, source.Pattern, source.Position)}")
            .Concat(
                terms.Sequences.Select(one =>
                {
                    var first = Canonical(one.First.Verb, one.First.Pattern, one.Position);
                    return $"trust {one.Effect} {first} -> {Canonical(one.Then.Verb, one.Then.Pattern, one.Position)}";
                })
            )
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    /// <summary>What is consequential, pattern by pattern, with its targets; null where it is asked whatever it hits.</summary>
    public static IEnumerable<(string Line, string? Targets)> ConsequentialOf(TrustTerms terms) =>
        terms.Consequential.SelectMany(rule =>
            Compile(rule.Verb, rule.Pattern, rule.Position)[0]
                .Lines.Select(line => ($"{rule.Effect} {rule.Verb} {line}", rule.Targets?.Canonical))
        );

    /// <summary>What a session has met once an action on a target is granted.</summary>
    public Exposure MetBy(ActionTarget target)
    {
        var met = Exposure.None;
        foreach (var source in _sources)
        {
            met = Fits(source.Rules, target) ? met.With(source.Gives) : met;
        }

        foreach (var sequence in _sequences)
        {
            met = Fits(sequence.First, target) ? met.With(sequence.Gives) : met;
        }

        return met;
    }

    /// <summary>What a session has met once a tool server says something that answers no action: what any of its tools gives.</summary>
    public Exposure MetByServer(string server)
    {
        var met = Exposure.None;
        foreach (var source in _sources)
        {
            met = Names(source.Rules, server) ? met.With(source.Gives) : met;
        }

        foreach (var sequence in _sequences)
        {
            met = Names(sequence.First, server) ? met.With(sequence.Gives) : met;
        }

        return met;
    }

    /// <summary>
    /// The decision, with what the session's past takes from it. A past that isn't known is taken to hold every first step.
    /// </summary>
    public Decision Narrowed(Decision decision, ActionTarget target, ImmutableHashSet<string>? passed, Labels? labels)
    {
        foreach (var confined in _confined)
        {
            if (decision.Effect != Effect.Deny && confined.Denies(target, labels))
            {
                decision = Narrowed(
                    decision,
                    Effect.Deny,
                    confined.Reference,
                    labels is null ? ", and whether it has isn't known" : ""
                );
            }
        }

        foreach (var sequence in _sequences)
        {
            if ((passed is null || passed.Contains(sequence.Terms.Text)) && Fits(sequence.Then, target))
            {
                decision = Narrowed(decision, sequence, passed is not null);
            }
        }

        return decision;
    }

    private static Decision Narrowed(Decision decision, Sequence sequence, bool known)
    {
        var effect = sequence.Terms.Effect;
        var when = known ? "" : ", and whether its first step was taken isn't known";
        return decision.Effect == Effect.Deny || decision.Effect < effect
            ? decision
            : Narrowed(decision, effect, sequence.Reference, when);
    }

    private static Decision Narrowed(Decision decision, Effect effect, RuleReference by, string when)
    {
        var verb = effect == Effect.Ask ? "asks a person" : "denies it";
        return decision with
        {
            Effect = effect,
            Rules = decision.Rules.Add(by),
            Reason = $"trust {verb} by `{by.Text}` ({by.Place}): {by.Why}{when}",
            Told = effect == Effect.Ask ? "a person has to approve it" : "one of its rules denies it",
            Needed = null,
            NeededArguments = null,
        };
    }

    internal static bool Fits(ImmutableArray<CompiledRule> rules, ActionTarget target)
    {
        foreach (var rule in rules)
        {
            if (rule.Verb == target.Verb && (rule.IsBroken || CompiledLayer.Fits(rule, target)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Names(ImmutableArray<CompiledRule> rules, string server) =>
        rules.Any(rule =>
            rule.Verb == Verb.Tool
            && (
                rule.IsBroken
                || rule.Patterns.Any(one => one is not NamePattern { Head: { } head } || head.Matches(server))
            )
        );

    // As a denial, which reads a pattern in its widest sense: an https pattern means its tunnels too, a path every name of its file.
    internal static ImmutableArray<CompiledRule> Compile(Verb verb, string pattern, SourcePosition position) =>
        CompiledRule.Compile(
            new Rule
            {
                Effect = Effect.Deny,
                Verb = verb,
                Pattern = pattern,
                Why = "",
                Position = position,
            },
            s_layer
        );

    private static string Canonical(Verb verb, string pattern, SourcePosition position) =>
        $"{verb} {string.Join(' ', Compile(verb, pattern, position)[0].Lines.Order(StringComparer.Ordinal))}";

    private sealed record Source(ImmutableArray<CompiledRule> Rules, Exposure Gives);

    private sealed record Sequence(
        TrustSequence Terms,
        ImmutableArray<CompiledRule> First,
        ImmutableArray<CompiledRule> Then,
        RuleReference Reference
    )
    {
        public Exposure Gives { get; } = Exposure.None.With(new(Labels.None, [Terms.Text]));
    }
}
