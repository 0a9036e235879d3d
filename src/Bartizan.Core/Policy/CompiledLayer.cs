using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// One layer's rules by verb. Without tables it asks every rule, and is the specification; with tables it asks those that a
/// <see cref="DecisionTable"/> names, and must come to the same.
/// </summary>
internal sealed class CompiledLayer
{
    // Fewer rules are asked faster than found.
    private const int WorthFiling = 5;
    private const int Verbs = (int)Verb.Serve + 1;

    private readonly CompiledRule[][] _rules = new CompiledRule[Verbs][];
    private readonly bool[] _hasAllow = new bool[Verbs];
    private readonly DecisionTable?[] _tables = new DecisionTable?[Verbs];
    private readonly ConditionIndex?[] _conditions = new ConditionIndex?[Verbs];
    private readonly bool _observe;

    /// <summary>Compiles a layer.</summary>
    public CompiledLayer(RuleLayer layer, bool observe, ConditionGround? ground = null, bool tables = false)
    {
        Name = layer.Name;
        IsCeiling = layer.IsCeiling;
        OnlyAsks = layer.OnlyAsks;
        _observe = observe && !layer.IsCeiling;
        var all = new List<CompiledRule>?[Verbs];
        foreach (var rule in layer.Rules)
        {
            foreach (var compiled in CompiledRule.Compile(rule, layer, ground))
            {
                (all[(int)compiled.Verb] ??= []).Add(compiled);
            }
        }

        var listed = all[(int)Verb.Http]?.Exists(r => r is { Rule.Effect: Effect.Allow, IsFromTunnels: false });
        _ = listed == true ? all[(int)Verb.Http]!.RemoveAll(rule => rule.IsFromTunnels) : 0;
        Intercepts = all[(int)Verb.Connect]?.Exists(rule => rule.Intercepts) == true;
        for (var verb = 0; verb < Verbs; verb++)
        {
            _rules[verb] = all[verb]?.ToArray() ?? [];
            _hasAllow[verb] = _rules[verb].Any(r => r.Rule.Effect == Effect.Allow);
            _conditions[verb] = tables ? ConditionIndex.Of(_rules[verb], layer.TimeZone) : null;
            _tables[verb] = tables && _rules[verb].Length >= WorthFiling ? new DecisionTable(_rules[verb]) : null;
        }
    }

    /// <summary>The layer's name.</summary>
    public string Name { get; }

    /// <summary>True for a baseline.</summary>
    public bool IsCeiling { get; }

    /// <summary>True for a layer that only ever asks.</summary>
    public bool OnlyAsks { get; }

    /// <summary>True when TLS to some host is looked into because of it.</summary>
    public bool Intercepts { get; }

    /// <summary>All rules, verb by verb.</summary>
    public IEnumerable<CompiledRule> Rules => _rules.SelectMany(rules => rules);

    /// <summary>The rules of a verb.</summary>
    public ReadOnlySpan<CompiledRule> RulesOf(Verb verb) => _rules[(int)verb];

    /// <summary>The room that <see cref="CandidatesOf(ActionTarget, Span{ulong})"/> needs, in words.</summary>
    public int RoomFor(Verb verb) => _tables[(int)verb]?.Words ?? 0;

    /// <summary>The rules that may apply to a target, all that do among them. The room is empty.</summary>
    public Candidates CandidatesOf(ActionTarget target, Span<ulong> room)
    {
        if (_tables[(int)target.Verb] is not { } table)
        {
            return new Candidates(_rules[(int)target.Verb]);
        }

        table.Collect(target, room);
        return new Candidates(_rules[(int)target.Verb], room);
    }

    /// <summary>What this layer alone says of a target. Allocates nothing.</summary>
    public LayerVerdict Judge(ActionTarget target, in Situation situation)
    {
        var verb = target.Verb;
        if ((int)verb is <= 0 or >= Verbs)
        {
            return default;
        }

        return target is FileTarget file ? JudgeFile(file, situation) : JudgeOther(target, situation);
    }

    /// <summary>Whether this layer grants a target where all that rules ask for beside their patterns is as they want it.</summary>
    public bool CouldGrant(ActionTarget target, DateTimeOffset now, KnownArguments? known)
    {
        var granted = Unsaid(target.Verb).Effect == Effect.Allow;
        foreach (var rule in _rules[(int)target.Verb])
        {
            if (!Fits(rule, target))
            {
                continue;
            }

            var arguments = known?.Judge(rule) ?? (rule.Rule.Arguments.IsDefaultOrEmpty ? Truth.True : Truth.Unknown);
            if (rule.Rule.Effect is not (Effect.Allow or Effect.Ask))
            {
                if (arguments == Truth.True && rule.Rule.When is null)
                {
                    return false;
                }

                continue;
            }

            granted |= arguments != Truth.False && !rule.HasLapsed(now);
        }

        return granted;
    }

    /// <summary>Whether some rule grants a tool of a server.</summary>
    public bool CouldReach(string server, DateTimeOffset now)
    {
        foreach (var rule in _rules[(int)Verb.Tool])
        {
            if (rule.Rule.Effect is not (Effect.Allow or Effect.Ask) || rule.HasLapsed(now))
            {
                continue;
            }

            foreach (var pattern in rule.Patterns)
            {
                if (pattern is NamePattern { Head: var head } && (head is null || head.Matches(server)))
                {
                    return true;
                }
            }
        }

        return _observe;
    }

    /// <summary>The rule that has TLS to a host looked into; null where none has.</summary>
    public CompiledRule? InterceptorOf(ConnectTarget tunnel)
    {
        if (!Intercepts)
        {
            return null;
        }

        var words = RoomFor(Verb.Connect);
        Span<ulong> room = words <= Candidates.MaxOnStack ? stackalloc ulong[words] : new ulong[words];
        foreach (var rule in CandidatesOf(tunnel, room))
        {
            if (rule.Intercepts && rule.Find(tunnel) >= 0)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>Whether this layer could grant some request to a host by https, or in the clear, whatever its method and path.</summary>
    public bool CouldGrantRequests(ConnectTarget to, bool https, DateTimeOffset now)
    {
        foreach (var rule in _rules[(int)Verb.Http])
        {
            if (rule.Rule.Effect is not (Effect.Allow or Effect.Ask) || rule.HasLapsed(now))
            {
                continue;
            }

            foreach (var pattern in rule.Patterns)
            {
                if (pattern is HttpPattern http && http.Reaches(to.Host, to.Port, https))
                {
                    return true;
                }
            }
        }

        return Unsaid(Verb.Http).Effect == Effect.Allow;
    }

    /// <summary>Whether some rule keeps only fields of the results of a server, or of one of its tools.</summary>
    public bool CouldKeep(string server, ToolTarget? tool)
    {
        foreach (var rule in _rules[(int)Verb.Tool])
        {
            if (rule.Rule.Keep is null)
            {
                continue;
            }

            foreach (var pattern in rule.Patterns)
            {
                if (
                    tool is not null
                        ? pattern.Matches(tool)
                        : pattern is NamePattern { Head: var head } && (head is null || head.Matches(server))
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>True when a rule applies to a target, lapsed or not.</summary>
    public static bool Applies(CompiledRule rule, ActionTarget target, in Situation situation) =>
        Fits(rule, target) && rule.Holds(situation);

    /// <summary>True when a rule's pattern fits a target, whatever else it asks for. Files: when it fits one of the names.</summary>
    public static bool Fits(CompiledRule rule, ActionTarget target)
    {
        if (target is not FileTarget file)
        {
            return rule.Find(target) >= 0;
        }

        foreach (var name in file.Names)
        {
            if (rule.FitsName(name))
            {
                return true;
            }
        }

        return rule.Rule.Effect != Effect.Allow && FitsAlias(rule, file);
    }

    // The same without those whose conditions can't hold.
    private Candidates CandidatesOf(ActionTarget target, in Situation situation, Span<ulong> room)
    {
        var all = CandidatesOf(target, room);
        if (room.Length > 0 && _conditions[(int)target.Verb] is { } conditions)
        {
            conditions.Narrow(room, situation);
        }

        return all;
    }

    private Candidates CandidatesOf(string name, Verb verb, Span<ulong> room)
    {
        if (_tables[(int)verb] is not { } table)
        {
            return new Candidates(_rules[(int)verb]);
        }

        table.Collect(name, room);
        return new Candidates(_rules[(int)verb], room);
    }

    private LayerVerdict JudgeOther(ActionTarget target, in Situation situation)
    {
        CompiledRule? denies = null;
        CompiledRule? asks = null;
        CompiledRule? allows = null;
        var (askAt, allowAt, count) = (0, 0, 0);
        var words = RoomFor(target.Verb);
        Span<ulong> room = words <= Candidates.MaxOnStack ? stackalloc ulong[words] : new ulong[words];
        foreach (var rule in CandidatesOf(target, situation, room))
        {
            var at = rule.Find(target);
            if (at < 0 || !rule.Holds(situation))
            {
                continue;
            }

            count++;
            switch (rule.Rule.Effect)
            {
                case Effect.Allow when rule.HasLapsed(situation.Now):
                    count--;
                    break;
                case Effect.Allow:
                    (allows, allowAt) = allows is null ? (rule, at) : (allows, allowAt);
                    break;
                case Effect.Ask:
                    (asks, askAt) = asks is null ? (rule, at) : (asks, askAt);
                    break;
                default:
                    denies ??= rule;
                    break;
            }
        }

        return (denies, asks, allows) switch
        {
            ({ } rule, _, _) => new LayerVerdict(Effect.Deny, rule, 0, count),
            (null, { } rule, _) => new LayerVerdict(Effect.Ask, rule, askAt, count),
            (null, null, { } rule) => new LayerVerdict(Effect.Allow, rule, allowAt, count),
            _ => Unsaid(target.Verb),
        };
    }

    // INVARIANT: a deny or ask applies when any name fits; an allow needs every name allowed.
    private LayerVerdict JudgeFile(FileTarget file, in Situation situation)
    {
        CompiledRule? asks = null;
        CompiledRule? allows = null;
        var count = 0;
        var words = RoomFor(file.Verb);
        Span<ulong> room = words <= Candidates.MaxOnStack ? stackalloc ulong[words] : new ulong[words];
        foreach (var rule in CandidatesOf(file, situation, room))
        {
            if (!Applies(rule, file, situation) || (rule.Rule.Effect == Effect.Allow && rule.HasLapsed(situation.Now)))
            {
                continue;
            }

            count++;
            switch (rule.Rule.Effect)
            {
                case Effect.Allow:
                    allows ??= rule;
                    break;
                case Effect.Ask:
                    asks ??= rule;
                    break;
                default:
                    return new LayerVerdict(Effect.Deny, rule, 0, count);
            }
        }

        if (asks is not null)
        {
            // A name that nothing grants is not granted because a person is asked about another.
            return IsEachGranted(file, situation, Effect.Ask) ? new LayerVerdict(Effect.Ask, asks, 0, count) : default;
        }

        // An allow fits names only: the one name there is, is granted by it.
        return allows is not null && (file.Names.Length == 1 || IsEachGranted(file, situation, Effect.Allow))
            ? new LayerVerdict(Effect.Allow, allows, 0, count)
            : Unsaid(file.Verb);
    }

    private bool IsEachGranted(FileTarget file, in Situation situation, Effect least)
    {
        foreach (var name in file.Names)
        {
            if (!IsGranted(name, file, situation, least))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsGranted(string name, FileTarget file, in Situation situation, Effect least)
    {
        var words = RoomFor(file.Verb);
        Span<ulong> room = words <= Candidates.MaxOnStack ? stackalloc ulong[words] : new ulong[words];
        foreach (var rule in CandidatesOf(name, file.Verb, room))
        {
            if (
                rule.Rule.Effect >= least
                && !rule.HasLapsed(situation.Now)
                && rule.FitsName(name)
                && rule.Holds(situation)
            )
            {
                return true;
            }
        }

        return _observe || (IsCeiling && !_hasAllow[(int)file.Verb]);
    }

    private static bool FitsAlias(CompiledRule rule, FileTarget file)
    {
        foreach (var name in file.Aliases)
        {
            if (rule.FitsName(name))
            {
                return true;
            }
        }

        return false;
    }

    private LayerVerdict Unsaid(Verb verb)
    {
        if (IsCeiling)
        {
            return _hasAllow[(int)verb] ? default : new LayerVerdict(Effect.Allow, null, 0, 0);
        }

        return _observe ? new LayerVerdict(Effect.Allow, null, 0, 0) { Observed = true } : default;
    }
}
