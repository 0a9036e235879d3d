using Bartizan.Core.Conditions;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// Leaves out the rules whose condition can't hold for this person, these labels or this hour, whatever else is so: sets by
/// the value of an attribute, made by asking each condition with that one thing known.
/// </summary>
/// <remarks>
/// INVARIANT: a condition that is false with one thing known is false with everything known (Kleene's logic is monotone), and
/// what is false applies no rule of any effect. What is unknown leaves nothing out.
/// </remarks>
internal sealed class ConditionIndex
{
    /// <summary>Conditions from which on sets are worth their price.</summary>
    private const int WorthIt = 8;

    private const int Hours = 24;
    private const int LabelSets = (int)(Labels.Untrusted | Labels.Private | Labels.Secret) + 1;

    private readonly CompiledRule[] _rules;
    private readonly TimeZoneInfo _zone;
    private readonly bool _readsUser;
    private readonly ulong[][] _byLabels;
    private readonly ulong[][] _byHour;
    private readonly ulong[] _conditional;
    private UserSet? _last;

    private ConditionIndex(CompiledRule[] rules, TimeZoneInfo zone)
    {
        _rules = rules;
        _zone = zone;
        _conditional = new ulong[BitSet.WordsFor(rules.Length)];
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Rule.When is not null)
            {
                BitSet.Add(_conditional, i);
            }
        }

        _readsUser = Reads(AttributeRoot.User);
        _byLabels = Reads(AttributeRoot.Session)
            ? [.. Enumerable.Range(0, LabelSets).Select(l => SetOf(_ => true, new Facts { Labels = (Labels)l }))]
            : [];

        // Of the time only the hour is filed: a condition that reads the day as well is not asked with half a time.
        _byHour = Reads(AttributeRoot.Time)
            ?
            [
                .. Enumerable
                    .Range(0, Hours)
                    .Select(h => SetOf(ReadsHourOnly, new Facts { Time = new LocalTime(default, h, 0) })),
            ]
            : [];
    }

    /// <summary>An index of the rules, or null when too few have conditions.</summary>
    public static ConditionIndex? Of(CompiledRule[] rules, TimeZoneInfo zone) =>
        rules.Count(r => r.Rule.When is not null) >= WorthIt ? new ConditionIndex(rules, zone) : null;

    /// <summary>Takes out of a set what can't apply.</summary>
    public void Narrow(Span<ulong> set, in Situation situation)
    {
        // Few are asked faster than left out.
        if (BitSet.CountOfBoth(set, _conditional) < WorthIt)
        {
            return;
        }

        if (_byLabels.Length > 0 && situation.Facts.Labels is { } labels && (int)labels is >= 0 and < LabelSets)
        {
            BitSet.Intersect(set, _byLabels[(int)labels]);
        }

        if (_byHour.Length > 0)
        {
            BitSet.Intersect(set, _byHour[LocalTime.At(situation.Now, _zone).Hour]);
        }

        if (_readsUser && situation.Facts.User is { } user)
        {
            // One person at a time uses a policy: the set is made when another comes.
            var last = Volatile.Read(ref _last);
            if (last is null || !ReferenceEquals(last.User, user))
            {
                last = new UserSet(user, SetOf(_ => true, new Facts { User = user }));
                Volatile.Write(ref _last, last);
            }

            BitSet.Intersect(set, last.Set);
        }
    }

    private bool Reads(AttributeRoot root) =>
        _rules.Count(r => r.Rule.When?.Attributes.Any(a => a.Root == root) ?? false) >= WorthIt;

    private ulong[] SetOf(Func<Condition, bool> mayAsk, in Facts known)
    {
        var set = new ulong[BitSet.WordsFor(_rules.Length)];
        for (var i = 0; i < _rules.Length; i++)
        {
            if (
                _rules[i].Rule.When is not { } when
                || _rules[i].IsTracing
                || AsksWhatIsGiven(when)
                || !mayAsk(when)
                || when.Evaluate(known) != Truth.False
            )
            {
                BitSet.Add(set, i);
            }
        }

        return set;
    }

    // `has(…)` is known even of arguments that aren't, and so may become true when they are: it is asked with everything only.
    private static bool AsksWhatIsGiven(Condition condition) =>
        condition.CanonicalText.Contains("has(", StringComparison.Ordinal);

    private static bool ReadsHourOnly(Condition condition) =>
        condition.Attributes.All(a => a.Root != AttributeRoot.Time || a.Path is [{ Name: "hour" }]);

    private sealed record UserSet(AttributeSet User, ulong[] Set);
}
