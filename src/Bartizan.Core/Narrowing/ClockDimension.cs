using System.Globalization;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// What a clock shows in one zone: its hour, its minute, the weekday or the date, one of them. Dates before the proof's are over.
/// </summary>
internal sealed class ClockDimension(TimeZoneInfo zone, string shows, DateTimeOffset from) : FactDimension
{
    private const int HoursOfDay = 24;
    private const int MinutesOfHour = 60;
    private const int DaysOfWeek = 7;

    private readonly List<Formula> _leaves = [];
    private readonly SortedSet<DateOnly> _dates = [];
    private readonly List<LocalTime> _witnesses = [];

    /// <summary>The zone.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>What of the clock is looked at.</summary>
    public string Shows => shows;

    /// <summary>What the clock shows in an atom.</summary>
    public LocalTime this[int atom] => _witnesses[atom];

    /// <summary>Asks a question; false for a date that is compared with anything but dates.</summary>
    public bool TryAsk(string question, Formula leaf)
    {
        if (shows == "date" && !TryCut(leaf))
        {
            return false;
        }

        if (Name(question))
        {
            _leaves.Add(leaf);
        }

        return true;
    }

    /// <summary>True when the clock shows an atom of a set at a moment.</summary>
    public bool Fits(AtomSet set, DateTimeOffset at)
    {
        var answers = Answers(LocalTime.At(at, zone));
        return set.Atoms().Any(atom => Answers(_witnesses[atom]).SequenceEqual(answers));
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        // A zone's own midnight is at most a day away, and a clock that is set back shows a date once more.
        var today = LocalTime.At(from, zone).Date;
        var least = today.AddDays(-1);
        var values = shows switch
        {
            "hour" => Enumerable.Range(0, HoursOfDay).Select(h => new LocalTime(today, h, 0)),
            "minute" => Enumerable.Range(0, MinutesOfHour).Select(m => new LocalTime(today, 0, m)),
            "weekday" => Enumerable.Range(0, DaysOfWeek).Select(d => new LocalTime(today.AddDays(d), 0, 0)),
            _ => _dates
                .Where(d => d >= least)
                .Concat([today, least, DateOnly.MaxValue])
                .Distinct()
                .Select(d => new LocalTime(d, 0, 0)),
        };
        foreach (var value in values.ToList())
        {
            if (Add(Answers(value)) >= 0)
            {
                _witnesses.Add(value);
            }
        }

        return true;
    }

    private Truth[] Answers(LocalTime time) =>
        [.. _leaves.Select(l => Evaluator.Evaluate(l, new Facts { Time = time }))];

    private bool TryCut(Formula leaf)
    {
        IEnumerable<AttributeValue> values = leaf switch
        {
            Formula.Comparison { Left: Term.Attribute, Right: Term.Literal { Value: var one } } => [one],
            Formula.Membership { Item: Term.Attribute, List: Term.Literal { Value: var list } } => list.Items,
            _ => [AttributeValue.Null],
        };
        foreach (var value in values)
        {
            if (
                value.Kind != ValueKind.String
                || !DateOnly.TryParseExact(
                    value.Text,
                    "yyyy-MM-dd",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var date
                )
            )
            {
                return false;
            }

            _dates.Add(date);
            _dates.Add(date > DateOnly.MinValue ? date.AddDays(-1) : date);
            _dates.Add(date < DateOnly.MaxValue ? date.AddDays(1) : date);
        }

        return true;
    }
}
