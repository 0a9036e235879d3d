using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>The times from the proof on, cut at the days on which a grant of either policy lapses.</summary>
internal sealed class TimeDimension
{
    private readonly List<DateTimeOffset> _starts;

    /// <summary>Takes the rules whose grants lapse.</summary>
    public TimeDimension(DateTimeOffset from, IEnumerable<CompiledRule> rules)
    {
        var lapses = rules
            .Where(r => r.Lapses > from && r.Lapses < DateTimeOffset.MaxValue)
            .Select(r => r.Lapses)
            .Distinct()
            .Order();
        _starts = [from, .. lapses];
    }

    /// <summary>How many atoms there are.</summary>
    public int Count => _starts.Count;

    /// <summary>The first moment of an atom.</summary>
    public DateTimeOffset this[int atom] => _starts[atom];

    /// <summary>The moment after an atom's last.</summary>
    public DateTimeOffset EndOf(int atom) => atom + 1 < Count ? _starts[atom + 1] : DateTimeOffset.MaxValue;

    /// <summary>The times at which a rule has not lapsed.</summary>
    public AtomSet SetOf(CompiledRule rule) => AtomSet.Of(Count, atom => !rule.HasLapsed(_starts[atom]));
}
