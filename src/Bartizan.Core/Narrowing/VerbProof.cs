using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The proof for one verb: nothing that A asks or allows is denied by B, nothing that A allows is asked by B, and
/// what A carries out is carried out under no fewer obligations. Boxes of A, less what A itself stops, are taken away
/// piece by piece by what B grants.
/// </summary>
internal sealed class VerbProof(
    Verb verb,
    NarrowingSide a,
    NarrowingSide b,
    DateTimeOffset from,
    Effort effort,
    (string First, string Second) names
)
{
    /// <summary>Actions of one box that are decided under both policies before the box is called uncertain.</summary>
    private const int MaxTries = 64;

    /// <summary>A name that no path has: it stands for whatever a field holds that no rule names.</summary>
    private const string NobodysField = "*";

    private readonly List<Excess> _excesses = [];
    private readonly HashSet<RuleReference> _reported = [];
    private readonly HashSet<RuleReference> _doubted = [];
    private VerbBoxes _boxes = null!;

    /// <summary>How many atoms the verb's actions were cut into.</summary>
    public int Atoms { get; private set; }

    /// <summary>Looks for what exceeds, a counterexample for each rule at most.</summary>
    public IReadOnlyList<Excess> Find()
    {
        if (!a.Policy.Layers.Any(l => l.RulesOf(verb).Length > 0))
        {
            return _excesses;
        }

        _boxes = new VerbBoxes(verb, a, b, from, effort);
        Atoms = _boxes.Atoms;
        if (effort.GivenUp is null)
        {
            FindDecisions(Effect.Ask);
            FindDecisions(Effect.Allow);
            FindCredentials();
            FindPrivate();
            FindUnwitnessed();
            FindUnapproved();
            FindUnkept();
        }

        return _excesses;
    }

    private void FindDecisions(Effect least)
    {
        var (mine, theirs) = (_boxes.A, _boxes.B);
        var stopped = mine.Against(least);
        var theirStops = theirs.Against(least);
        foreach (var grant in mine.Grants(least, effort))
        {
            if (effort.GivenUp is not null || _reported.Contains(grant.Rule.Reference))
            {
                continue;
            }

            if (FindUngranted(grant, least, stopped, theirs) is { } ungranted)
            {
                Report(grant, ungranted, least);
                continue;
            }

            foreach (var i in theirStops.Meeting(grant.Box))
            {
                var both = theirStops.Boxes[i].And(grant.Box)!;
                if (stopped.FindOutside(both, effort) is { } rest && Report(grant, rest, least))
                {
                    break;
                }
            }
        }
    }

    private Box? FindUngranted(RuleBox grant, Effect least, Cover stopped, PolicyBoxes theirs)
    {
        if (theirs.GrantsNothing)
        {
            return stopped.FindOutside(grant.Box, effort);
        }

        foreach (var layer in theirs.Layers.Where(l => l.MustGrant))
        {
            var granted = least == Effect.Allow ? layer.Allowed : layer.Granted;
            if (granted.FindOutside(grant.Box, effort, stopped) is { } rest)
            {
                return rest;
            }
        }

        return null;
    }

    // INVARIANT: a credential goes only where the other policy sends the same one.
    private void FindCredentials()
    {
        if (verb == Verb.Connect)
        {
            return;
        }

        var granted = GrantedByFirst();
        foreach (var rule in _boxes.A.Layers.SelectMany(l => l.All).Where(r => r.Credential is not null))
        {
            var theirs = _boxes.B.Injecting(rule.Credential!);
            foreach (var i in _reported.Contains(rule.Rule.Reference) ? [] : granted.Meeting(rule.Box))
            {
                var both = granted.Boxes[i].And(rule.Box)!;
                if (
                    theirs.FindOutside(both, effort, _boxes.A.Denied) is { } rest
                    && ReportObligation(
                        rule,
                        rest,
                        $"{names.First} injects the credential `{rule.Credential}`, {names.Second} doesn't",
                        o => o.Credential == rule.Credential
                    )
                )
                {
                    break;
                }
            }
        }
    }

    private void FindPrivate()
    {
        var granted = GrantedByFirst();
        foreach (var (mine, except) in _boxes.A.Privately(effort).ToList())
        {
            foreach (var i in granted.Meeting(mine.Box))
            {
                if (_reported.Contains(mine.Rule.Reference))
                {
                    break;
                }

                FindPrivate(mine with { Box = granted.Boxes[i].And(mine.Box)! }, except);
            }
        }
    }

    private void FindPrivate(RuleBox mine, Cover except)
    {
        foreach (var layer in _boxes.B.Layers)
        {
            var named = new Cover([.. layer.All.Where(x => x.IsPrivate).Select(x => x.Box)]);

            // A baseline forbids it only where it has a say.
            var says = layer.IsCeiling ? layer.All.Select(x => x.Box) : [Box.Everything];
            foreach (var both in says.Select(s => s.And(mine.Box)).OfType<Box>())
            {
                if (
                    named.FindOutside(both, effort, except, _boxes.A.Denied) is { } rest
                    && ReportObligation(
                        mine,
                        rest,
                        $"{names.First} lets private addresses be dialed, {names.Second} doesn't",
                        o => o.PrivateAddresses
                    )
                )
                {
                    return;
                }
            }
        }
    }

    // More durability is narrower: what the second has witnessed, the first must have witnessed too.
    private void FindUnwitnessed()
    {
        var theirs = _boxes.B.Layers.SelectMany(l => l.All).Where(x => x.IsWitnessed).ToList();
        if (theirs.Count == 0)
        {
            return;
        }

        var mine = new Cover([.. _boxes.A.Layers.SelectMany(l => l.All).Where(x => x.IsWitnessed).Select(x => x.Box)]);
        foreach (var grant in _boxes.A.Grants(Effect.Ask, effort))
        {
            foreach (var both in theirs.Select(x => x.Box.And(grant.Box)).OfType<Box>())
            {
                if (
                    !_reported.Contains(grant.Rule.Reference)
                    && mine.FindOutside(both, effort, _boxes.A.Denied) is { } rest
                    && ReportObligation(
                        grant,
                        rest,
                        $"{names.Second} has it witnessed before it leaves, {names.First} doesn't",
                        o => !o.Witnessed
                    )
                )
                {
                    break;
                }
            }
        }
    }

    // What the second asks under terms, the first must ask under terms that meet them; where it only denies, it may.
    private void FindUnapproved()
    {
        foreach (var theirs in _boxes.B.Layers.SelectMany(l => l.Asks).Where(x => x.Approval is not null))
        {
            var terms = theirs.Approval!;
            var mine = new Cover([
                .. _boxes
                    .A.Layers.SelectMany(l => l.Asks)
                    .Where(x => x.Approval?.IsAtLeast(terms) ?? false)
                    .Select(x => x.Box),
            ]);
            foreach (var grant in _boxes.A.Grants(Effect.Ask, effort))
            {
                if (
                    !_reported.Contains(grant.Rule.Reference)
                    && theirs.Box.And(grant.Box) is { } both
                    && mine.FindOutside(both, effort, _boxes.A.Denied) is { } rest
                )
                {
                    ReportObligation(
                        grant,
                        rest,
                        $"{names.Second} asks for {terms.Canonical}, {names.First} for less",
                        o => !o.Approvals.Any(own => own.IsAtLeast(terms))
                    );
                }
            }
        }
    }

    // Fewer fields are narrower. Field by field: what some rule of the second leaves out, some rule of the first must leave out too.
    // The fields are those that the first names, each as something below it that nobody names, and one that nobody names at all.
    private void FindUnkept()
    {
        var theirs = _boxes.B.Layers.SelectMany(l => l.All).Where(x => x.Keep is not null).ToList();
        if (theirs.Count == 0)
        {
            return;
        }

        var mine = _boxes.A.Layers.SelectMany(l => l.All).Where(x => x.Keep is not null).ToList();
        var grants = _boxes.A.Grants(Effect.Ask, effort);
        foreach (var field in mine.SelectMany(x => x.Keep!.Paths).Prepend("").Distinct(StringComparer.Ordinal))
        {
            var asked = field.Length == 0 ? NobodysField : $"{field}.{NobodysField}";
            var left = new Cover([.. mine.Where(x => !x.Keep!.Keeps(asked)).Select(x => x.Box)]);
            foreach (var (grant, box) in Leaving(theirs, asked, grants))
            {
                if (
                    !_reported.Contains(grant.Rule.Reference)
                    && left.FindOutside(box, effort, _boxes.A.Denied) is { } rest
                )
                {
                    var what = field.Length == 0 ? "other fields of its result" : $"the field `{field}` of its result";
                    ReportObligation(
                        grant,
                        rest,
                        $"{names.First} keeps {what}, {names.Second} doesn't",
                        o => o.Keep?.Keeps(asked) ?? true
                    );
                }
            }
        }
    }

    private static IEnumerable<(RuleBox Grant, Box Box)> Leaving(
        List<RuleBox> theirs,
        string field,
        List<RuleBox> grants
    ) =>
        from one in theirs
        where !one.Keep!.Keeps(field)
        from grant in grants
        let both = one.Box.And(grant.Box)
        where both is not null
        select (grant, both);

    private Cover GrantedByFirst() => new([.. _boxes.A.Grants(Effect.Ask, effort).Select(g => g.Box)]);

    // True when the difference is real; what can't be told is reported once for each rule, and looked for on.
    private bool Report(RuleBox grant, Box rest, Effect least)
    {
        Excess? possible = null;
        foreach (var (asked, certain) in _boxes.ActionsOf(rest, MaxTries))
        {
            var (first, second) = (a.Decide(asked, from), b.Decide(asked, from));
            if (first.Effect < least || second.Effect >= least)
            {
                continue;
            }

            var says = $"{WordOf(first.Effect)} by {names.First}, {WordOf(second.Effect)} by {names.Second}";
            var excess = new Excess(ExcessKind.Decision, says)
            {
                IsCertain = certain,
                Asked = asked,
                First = first,
                Second = second,
                GrantedBy = grant.Rule.Reference,
            };
            if (certain)
            {
                _reported.Add(grant.Rule.Reference);
                _excesses.Add(excess);
                return true;
            }

            possible ??= excess;
        }

        Doubt(grant, possible);
        return false;
    }

    private bool ReportObligation(RuleBox grant, Box rest, string says, Func<Obligations, bool> has)
    {
        foreach (var (asked, certain) in _boxes.ActionsOf(rest, MaxTries))
        {
            var (first, second) = (a.Decide(asked, from), b.Decide(asked, from));
            if (certain && first.Effect > Effect.Deny && has(first.Obligations) && !has(second.Obligations))
            {
                _reported.Add(grant.Rule.Reference);
                _excesses.Add(
                    new Excess(ExcessKind.Obligation, says)
                    {
                        IsCertain = true,
                        Asked = asked,
                        First = first,
                        Second = second,
                        GrantedBy = grant.Rule.Reference,
                    }
                );
                return true;
            }
        }

        Doubt(
            grant,
            new Excess(
                ExcessKind.Obligation,
                $"{says}: no action was found that shows it, and it could not be ruled out"
            )
            {
                GrantedBy = grant.Rule.Reference,
            }
        );
        return false;
    }

    private void Doubt(RuleBox grant, Excess? possible)
    {
        if (_doubted.Add(grant.Rule.Reference))
        {
            _excesses.Add(
                possible
                    ?? new Excess(
                        ExcessKind.Decision,
                        "it could not be ruled out, and no action was found that shows it"
                    )
                    {
                        GrantedBy = grant.Rule.Reference,
                    }
            );
        }
    }

    private static string WordOf(Effect effect) =>
        effect switch
        {
            Effect.Allow => "allowed",
            Effect.Ask => "asked",
            _ => "denied",
        };
}
