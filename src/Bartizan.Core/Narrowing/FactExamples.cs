using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Writes circumstances out: the arguments, the person, the labels and the moment of some atoms. What isn't asked about is left out.
/// Atoms of different dimensions may not go together: what is written is decided again before it is believed.
/// </summary>
internal sealed class FactExamples(FactSpace space)
{
    /// <summary>Days in which a clock shows each hour of each weekday.</summary>
    private const int Days = 8;

    private const int MinutesOfDay = 24 * 60;

    /// <summary>
    /// The question of a target in the circumstances of a choice; null when no clock shows them. A dimension without a choice is open.
    /// </summary>
    /// <param name="target">The target.</param>
    /// <param name="chosen">The atoms of a dimension, the wanted one first; null when it is open.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="until">The moment after the last.</param>
    public Question? Write(
        ActionTarget target,
        Func<FactDimension, int[]?> chosen,
        DateTimeOffset from,
        DateTimeOffset until
    )
    {
        if (MomentOf(chosen, from, until) is not { } at)
        {
            return null;
        }

        var question = new Question { Target = target, Time = at };
        if (space.Find<PersonDimension>("person") is { } person && chosen(person) is [var who, ..])
        {
            question = question with { Person = person[who] };
        }

        if (space.Find<LabelDimension>("labels") is { } labels && chosen(labels) is [var set, ..])
        {
            question = question with { Labels = labels[set] };
        }

        var counted = space.Find<CountDimension>("count") is { } counts && chosen(counts) is [var n, ..];
        var count = counted ? space.Counts()[chosen(space.Counts())![0]] : null;
        var asks = space.Dimensions.Any(d =>
            d is ArgumentDimension or FormDimension or ItemsDimension or OthersDimension && chosen(d) is not null
        );
        if (space.Verb != Verb.Tool || (counted && count is null) || (!asks && !counted))
        {
            return question;
        }

        var members = MembersOf([], chosen).ToList();
        if (count > 1)
        {
            members.Add($"\"items\":[{string.Join(',', Enumerable.Repeat("0", (int)Math.Min(count.Value, 10_000)))}]");
        }

        using var call = JsonDocument.Parse($"{{{string.Join(',', members)}}}");
        return question with { Arguments = call.RootElement.Clone() };
    }

    private IEnumerable<string> MembersOf(ImmutableArray<string> at, Func<FactDimension, int[]?> chosen)
    {
        foreach (var argument in space.Below(at))
        {
            foreach (var member in WitnessOf(argument, chosen).Members(argument.Path[^1]))
            {
                yield return member;
            }
        }

        if (space.FindOthers(at) is { } others && chosen(others) is [OthersDimension.Some, ..])
        {
            yield return "\"something_else\":0";
        }
    }

    private ArgumentWitness WitnessOf(ArgumentDimension argument, Func<FactDimension, int[]?> chosen)
    {
        var below = MembersOf(argument.Path, chosen).ToList();
        var wanted = WantedOf(argument, chosen) ?? (below.Count > 0 ? $"{{{string.Join(',', below)}}}" : null);
        var own = (chosen(argument) ?? []).Select(atom => argument[atom]).ToList();
        if (wanted is null)
        {
            return own.Count == 0 ? ArgumentWitness.Absent : own[0];
        }

        // What is read in another form too is a text, a list or an object: the first that is.
        var like = own.Find(w => w.Json is { } json && json[0] == wanted[0]);
        return own.Count == 0 || like is not null ? ArgumentWitness.Of(wanted) : own[0];
    }

    private string? WantedOf(ArgumentDimension argument, Func<FactDimension, int[]?> chosen)
    {
        foreach (var form in Enum.GetValues<ArgumentForm>())
        {
            if (space.FindForm(argument.Path, form) is { } read && chosen(read) is [var text, ..])
            {
                return read[text];
            }

            if (space.FindItems(argument.Path, form) is { } items && chosen(items) is [var list, ..])
            {
                return items[list];
            }
        }

        return null;
    }

    // The first moment at which every clock that is asked shows what was chosen.
    private DateTimeOffset? MomentOf(Func<FactDimension, int[]?> chosen, DateTimeOffset from, DateTimeOffset until)
    {
        var clocks = space
            .Dimensions.OfType<ClockDimension>()
            .Select(c => (Clock: c, Atoms: chosen(c)))
            .Where(c => c.Atoms is not null)
            .ToList();
        if (clocks.Count == 0)
        {
            return from;
        }

        bool Fits(DateTimeOffset at) =>
            at >= from
            && at < until
            && clocks.TrueForAll(c => c.Clock.Fits(AtomSet.Of(c.Clock.Count, [c.Atoms![0]]), at));
        var starts = clocks
            .Where(c => c.Clock.Shows == "date")
            .Select(c => new DateTimeOffset(c.Clock[c.Atoms![0]].Date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero))
            .Where(d => d > from && d < DateTimeOffset.MaxValue.AddDays(-2 * Days))
            .Select(d => d.AddDays(-1))
            .Append(from);
        var minute = new TimeSpan(0, 1, 0);
        foreach (var start in starts)
        {
            if (Fits(start))
            {
                return start;
            }

            // Whole minutes, and first the hours that are likely.
            var whole = new DateTimeOffset(start.Ticks - (start.Ticks % minute.Ticks), start.Offset);
            var asksMinute = clocks.Exists(c => c.Clock.Shows == "minute");
            var step = asksMinute ? 1 : 15;
            for (var n = step; n < Days * MinutesOfDay; n += step)
            {
                if (whole.AddMinutes(n) is var at && Fits(at))
                {
                    return at;
                }
            }
        }

        return null;
    }
}
