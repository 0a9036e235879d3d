using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>A rule, split into patterns once, with everything that a decision about it needs made ready.</summary>
internal sealed class CompiledRule
{
    private readonly RuleLayer _layer;
    private readonly ImmutableArray<TargetPattern> _patterns;
    private readonly ImmutableArray<Obligations> _obligations;
    private readonly DateTimeOffset _lapses;
    private readonly ArgumentTree? _arguments;
    private readonly TimeZoneInfo _zone;
    private readonly bool _readsTime;

    // Made when first a decision needs them, and then kept: a policy of many rules loads faster than its sentences are
    // written. Two threads may make them at once, and make the same.
    private RuleReference? _reference;
    private ImmutableArray<RuleReference> _alone;
    private string? _reason;
    private Rule? _source;

    private CompiledRule(Rule rule, Verb verb, in RulePatterns patterns, RuleLayer layer, string asks)
    {
        _layer = layer;
        _zone = layer.TimeZone;
        _readsTime = rule.When?.Attributes.Any(a => a.Root == AttributeRoot.Time) ?? false;
        Rule = rule;
        Verb = verb;
        IsBroken = patterns.IsBroken;
        Lines = patterns.Lines;
        Asks = asks;
        IsConditional = rule.When is not null || !rule.Arguments.IsDefaultOrEmpty;
        _arguments = !rule.Arguments.IsDefaultOrEmpty
            ? ArgumentTree.Parse(rule.Arguments, rule.Effect == Effect.Allow, out _, out _)
            : null;
        _lapses = rule is { Effect: Effect.Allow, Expires: { } day }
            ? new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
            : DateTimeOffset.MaxValue;

        // Those that reach private hosts come first, so that the first match carries the most.
        _patterns = patterns.Patterns;
        var reachesPrivate = verb is Verb.Connect or Verb.Http && _patterns.Any(p => NamesPrivate(p, layer.IsCeiling));
        if (reachesPrivate && _patterns.Length > 1)
        {
            _patterns = [.. _patterns.OrderByDescending(p => NamesPrivate(p, layer.IsCeiling))];
        }

        // Into a tunnel nothing can be put.
        var credential = verb == Verb.Connect ? null : rule.Credential;
        _obligations =
            credential is null && !reachesPrivate && !rule.Witnessed && rule.Keep is null
                ? []
                :
                [
                    .. _patterns.Select(p => new Obligations
                    {
                        Credential = credential,
                        PrivateAddresses = NamesPrivate(p, layer.IsCeiling),
                        Witnessed = rule.Witnessed,
                        Keep = rule.Keep,
                    }),
                ];
    }

    /// <summary>The rule.</summary>
    public Rule Rule { get; }

    /// <summary>The verb it is looked up by; an https rule is looked up as <c>connect</c> too.</summary>
    public Verb Verb { get; }

    /// <summary>How decisions point at it.</summary>
    public RuleReference Reference => _reference ??= Point();

    /// <summary><see cref="Reference"/> alone.</summary>
    public ImmutableArray<RuleReference> Alone => _alone.IsDefault ? _alone = [Reference] : _alone;

    /// <summary>The reason of a decision that it alone led to.</summary>
    public string Reason => _reason ??= $"{Reference.Layer} allows it by `{Reference.Text}` ({Reference.Place})";

    /// <summary>Its lines of the normal form, without what it asks for; a tunnel that an https rule means has none.</summary>
    public ImmutableArray<string> Lines { get; }

    /// <summary>True when its pattern can't be read: it then takes away everything of its verb and grants nothing.</summary>
    public bool IsBroken { get; }

    /// <summary>True when it asks for more than its pattern: arguments, or a condition.</summary>
    public bool IsConditional { get; }

    /// <summary>True when it asks where a consequential action's targets come from.</summary>
    public bool IsTracing => Rule is { Targets: not null, Effect: Effect.Ask };

    /// <summary>What that is, in its one spelling; empty when nothing, or when it was compiled outside of a policy.</summary>
    public string Asks { get; }

    /// <summary>The zone that its condition reads the time in.</summary>
    public TimeZoneInfo Zone => _zone;

    /// <summary>Its patterns, one for each alternative.</summary>
    public ImmutableArray<TargetPattern> Patterns => _patterns;

    /// <summary>True for what an https rule that is finer than its host does to tunnels: there are none, requests are looked at.</summary>
    public bool Intercepts => _source is not null;

    /// <summary>
    /// True for what a ceiling's list of tunnels says of requests: where the ceiling lists no requests itself, that one counts.
    /// </summary>
    public bool IsFromTunnels { get; private init; }

    /// <summary>Compiles a rule; one about https or tunnels becomes two, or three.</summary>
    public static ImmutableArray<CompiledRule> Compile(Rule rule, RuleLayer layer, ConditionGround? ground = null)
    {
        var grants = rule.Effect == Effect.Allow && !layer.IsCeiling;
        var asks = ground is null ? "" : NormalForm.ConditionsOf(rule, layer, ground);
        var patterns = RulePatterns.Of(rule, grants);
        var compiled = new CompiledRule(rule, rule.Verb, patterns, layer, asks);
        if (rule.Verb != Verb.Http)
        {
            return rule.Verb == Verb.Connect ? [compiled, .. Within(compiled, patterns, asks)] : [compiled];
        }

        var https = patterns.Patterns.OfType<HttpPattern>().Where(p => p.ReachesHttps).ToList();
        if (layer.OnlyAsks)
        {
            // What asks about a taint asks about a tunnel too: it may hold anything.
            var asked = https.Select(TargetPattern (p) => p.ToTunnel(grants)).ToImmutableArray();
            return https.Count == 0 && !patterns.IsBroken
                ? [compiled]
                : [compiled, new CompiledRule(rule, Verb.Connect, new(asked, [], patterns.IsBroken), layer, asks)];
        }

        // INVARIANT: what is finer than a whole https host, or puts something into its requests, leaves no opaque tunnel to it: each
        // request is decided alone, by `http` rules.
        var all = ImmutableArray.CreateBuilder<CompiledRule>();
        all.Add(compiled);
        var whole = https.Where(p => p.IsWholeHost && rule.Credential is null).ToList();
        var tunnels = whole.Select(TargetPattern (p) => p.ToTunnel(grants)).ToImmutableArray();
        if (
            !tunnels.IsEmpty
            || patterns.IsBroken
            || (https.Count > 0 && layer.IsCeiling && rule.Effect == Effect.Allow)
        )
        {
            // Without a pattern it still says that a ceiling lists the tunnels that it lets pass.
            all.Add(new CompiledRule(rule, Verb.Connect, new(tunnels, [], patterns.IsBroken), layer, asks));
        }

        var finer = https.Except(whole).Select(TargetPattern (p) => p.ToTunnel(grants && p.Scheme is null));
        if (finer.ToImmutableArray() is { IsEmpty: false } seen)
        {
            var denied = rule with { Effect = Effect.Deny, When = null, Credential = null, Expires = null };
            all.Add(
                new CompiledRule(denied, Verb.Connect, new(seen, [], IsBroken: false), layer, "") { _source = rule }
            );
        }

        return all.DrainToImmutable();
    }

    /// <summary>What a rule on tunnels names, as the requests in them.</summary>
    public static CompiledRule RequestsIn(Rule rule, RuleLayer layer)
    {
        var patterns = RulePatterns.Of(rule, grants: true);
        var requests = patterns.Patterns.OfType<ConnectPattern>().Select(TargetPattern (p) => HttpPattern.Within(p));
        return new CompiledRule(rule, Verb.Http, new([.. requests], [], patterns.IsBroken), layer, "");
    }

    // INVARIANT: a host that is looked into is no more open than its tunnel: what takes the tunnel away takes each request in it.
    private static IEnumerable<CompiledRule> Within(CompiledRule tunnels, RulePatterns patterns, string asks)
    {
        var (rule, layer) = (tunnels.Rule, tunnels._layer);
        var isList = rule.Effect == Effect.Allow && layer is { IsCeiling: true, OnlyAsks: false };
        if (rule.Effect == Effect.Allow && !isList)
        {
            yield break;
        }

        var requests = patterns.Patterns.OfType<ConnectPattern>().Select(TargetPattern (p) => HttpPattern.Within(p));
        yield return new CompiledRule(rule, Verb.Http, new([.. requests], [], patterns.IsBroken), layer, asks)
        {
            IsFromTunnels = isList,
        };
        if (isList)
        {
            // A list of tunnels says nothing of cleartext.
            var clear = rule with
            {
                Pattern = "* http://**",
                Verb = Verb.Http,
                When = null,
                Expires = null,
            };
            yield return new CompiledRule(
                clear,
                Verb.Http,
                RulePatterns.Of(clear, grants: false) with
                {
                    Lines = [],
                },
                layer,
                ""
            )
            {
                IsFromTunnels = true,
            };
        }
    }

    /// <summary>The index of the pattern that the target fits, or -1. For files, the first name.</summary>
    public int Find(ActionTarget target)
    {
        var takes = Rule.Effect != Effect.Allow;
        if (target is ExecTarget { IsOpaque: true })
        {
            // INVARIANT: what may run anything is anything to a rule that takes away, and nothing to one that gives.
            return takes ? 0 : -1;
        }

        for (var i = 0; i < _patterns.Length; i++)
        {
            if (_patterns[i].Matches(target) || (takes && MatchesSpelling(_patterns[i], target)))
            {
                return i;
            }
        }

        return IsBroken && takes ? int.MaxValue : -1;
    }

    /// <summary>True when one name of a file fits.</summary>
    public bool FitsName(ReadOnlySpan<char> name)
    {
        foreach (var pattern in _patterns)
        {
            if (((PathPattern)pattern).MatchesName(name))
            {
                return true;
            }
        }

        return IsBroken && Rule.Effect != Effect.Allow;
    }

    /// <summary>
    /// True when what it asks for beside its pattern lets it apply: an allow only where that is certain, a deny or ask unless
    /// it is certainly not so. What can't be read is unknown.
    /// </summary>
    public bool Holds(in Situation situation)
    {
        if (!IsConditional)
        {
            return true;
        }

        var truth = Kleene.And(JudgeArguments(situation), JudgeCondition(situation));
        return ConditionVerdict.Applies(Rule.Effect, truth) && !IsSpared(situation);
    }

    /// <summary>The same of its <c>args</c> alone.</summary>
    public bool HoldsArguments(in Situation situation) =>
        ConditionVerdict.Applies(Rule.Effect, JudgeArguments(situation));

    /// <summary>The moment from which an allow no longer applies.</summary>
    public DateTimeOffset Lapses => _lapses;

    /// <summary>True once an allow's last day is over.</summary>
    public bool HasLapsed(DateTimeOffset now) => now >= _lapses;

    /// <summary>What the enforcement point must do when this pattern of the rule carries the action.</summary>
    public Obligations ObligationsOf(int index) => index < _obligations.Length ? _obligations[index] : Obligations.None;

    /// <summary>Each comparison of its condition; none without one.</summary>
    public ImmutableArray<ConditionStep> ExplainCondition(in Situation situation) =>
        Rule.When is not { } condition ? []
        : _readsTime ? condition.Explain(situation.Facts with { Time = LocalTime.At(situation.Now, _zone) })
        : condition.Explain(situation.Facts);

    // What it hits is known to be the user's, or a trusted source's. INVARIANT: what isn't known spares nothing.
    private bool IsSpared(in Situation situation) =>
        Rule.Targets is { } targets && situation.Trace?.IsWhole(targets) == true;

    /// <summary>Whether arguments fit; those that can't be read are unknown.</summary>
    public Truth JudgeArguments(JsonElement arguments) =>
        Rule.Arguments.IsDefaultOrEmpty
            ? Truth.True
            : _arguments?.Judge(arguments, Rule.Effect == Effect.Allow) ?? Truth.Unknown;

    private Truth JudgeArguments(in Situation situation) => JudgeArguments(situation.Facts.Args);

    private Truth JudgeCondition(in Situation situation) =>
        Rule.When is not { } condition || (situation.Traced && IsTracing) ? Truth.True
        : _readsTime ? condition.Evaluate(situation.Facts with { Time = LocalTime.At(situation.Now, _zone) })
        : condition.Evaluate(situation.Facts);

    private static bool MatchesSpelling(TargetPattern pattern, ActionTarget target) =>
        target is ExecTarget { Spellings.IsEmpty: false } exec && ((ExecPattern)pattern).MatchesSpelling(exec);

    private RuleReference Point()
    {
        var from = Rule.Role is { } role ? $"role {role}" : _layer.Name;
        return new RuleReference(from, (_source ?? Rule).Text, Rule.Why, Rule.Position.ToString());
    }

    private static bool NamesPrivate(TargetPattern pattern, bool isCeiling) =>
        pattern switch
        {
            ConnectPattern connect => isCeiling ? connect.Host.NamesPrivateZone : connect.Host.NamesPrivateHost,
            HttpPattern http => isCeiling ? http.Host.NamesPrivateZone : http.Host.NamesPrivateHost,
            _ => false,
        };
}
