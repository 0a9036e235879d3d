using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Queries;

/// <summary>
/// What one word of a query asks. <see cref="Holds"/> is what it means; projections only narrow down which entries are looked at.
/// </summary>
internal abstract record QueryTerm
{
    /// <summary>True when an entry has what is asked for.</summary>
    public abstract bool Holds(EntryRow row);

    /// <summary>How many texts have to be looked for inside each text of a projection; what is compared whole goes by an index.</summary>
    public virtual int Scans => 0;

    /// <summary>A closed choice: kind, verb, decision, verdict, outcome.</summary>
    /// <param name="Column">The column of a projection that holds it.</param>
    /// <param name="Of">Its code in an entry: 0 for none, else the member's number plus one.</param>
    /// <param name="Codes">Those asked for.</param>
    public sealed record Choice(string Column, Func<EntryRow, int> Of, ImmutableHashSet<int> Codes) : QueryTerm
    {
        public override bool Holds(EntryRow row) => Codes.Contains(Of(row));
    }

    /// <summary>Any of these labels.</summary>
    public sealed record Labelled(Labels Any) : QueryTerm
    {
        public override bool Holds(EntryRow row) => (row.Entry.Labels & Any) != Labels.None;
    }

    /// <summary>Only observed, or not.</summary>
    public sealed record Observed(bool Wanted) : QueryTerm
    {
        public override bool Holds(EntryRow row) => row.Entry.Observed == Wanted;
    }

    /// <summary>A number in any of these ranges, both ends included.</summary>
    public sealed record Number(bool IsIndex, ImmutableArray<(long From, long To)> Ranges) : QueryTerm
    {
        public override bool Holds(EntryRow row)
        {
            var number = IsIndex ? row.Index : row.Entry.Passage;
            return Ranges.Any(range => number >= range.From && number <= range.To);
        }
    }

    /// <summary>A moment, itself included.</summary>
    public sealed record Moment(bool IsSince, DateTimeOffset At) : QueryTerm
    {
        public override bool Holds(EntryRow row) => IsSince ? row.Stamp.Time >= At : row.Stamp.Time <= At;
    }

    /// <summary>A field's text, any of these.</summary>
    public sealed record Text(TextField Field, ImmutableArray<TextPattern> Any) : QueryTerm
    {
        public override int Scans =>
            Any.Sum(pattern =>
                pattern.Parts.Length > 1 || Field is TextField.Rule or TextField.Tool ? pattern.Parts.Length : 0
            );

        public override bool Holds(EntryRow row)
        {
            foreach (var text in EntryTexts.Of(Field, row.Entry))
            {
                var folded = TextPattern.Fold(text);
                foreach (var pattern in Any)
                {
                    if (pattern.Matches(folded))
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    /// <summary>Text without a key, in folded form.</summary>
    public sealed record Free(string Needle) : QueryTerm
    {
        public override int Scans => 1;

        public override bool Holds(EntryRow row)
        {
            foreach (var text in EntryTexts.Free(row.Entry))
            {
                if (TextPattern.Fold(text).Contains(Needle, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>All but what a term asks for.</summary>
    public sealed record Not(QueryTerm Inner) : QueryTerm
    {
        public override int Scans => Inner.Scans;

        public override bool Holds(EntryRow row) => !Inner.Holds(row);
    }

    /// <summary>The code of a choice in a projection.</summary>
    public static int Code<T>(T? value)
        where T : struct, Enum => value is { } member ? Unsafe.BitCast<T, int>(member) + 1 : 0;

    /// <summary>What the rules said; an entry that doesn't say was done as they said.</summary>
    public static Effect? VerdictOf(Core.Entries.Entry entry) => entry.Verdict ?? entry.Effect;
}
