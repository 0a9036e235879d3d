using System.Collections.Immutable;
using System.Numerics;

namespace Bartizan.Guards.Texts;

/// <summary>Gathers what is hidden, and where.</summary>
internal sealed class HiddenPlaces
{
    // Characters between two hidden ones that count as one place: hiding is mostly done letter by letter.
    private const int Near = 2;

    private readonly List<HiddenSpan> _spans = [];

    private readonly int[] _counts = new int[32];

    // INVARIANT: bounded for each form by itself: a thousand harmless places of one mustn't hide those of another.
    private HiddenForms _full;

    public HiddenForms Forms { get; private set; }

    /// <summary>Notes a place; <paramref name="of"/> is the view that it was seen in, null for the original.</summary>
    public void Add(HiddenForms form, TextView? of, int start, int end)
    {
        Forms |= form;
        if ((_full & form) != HiddenForms.None)
        {
            return;
        }

        if (of is not null)
        {
            (start, end) = of.ToOriginal(start, end - start);
        }

        if (
            _spans.Count > 0
            && _spans[^1] is var last
            && last.Form == form
            && start >= last.Start
            && start - last.End <= Near
        )
        {
            _spans[^1] = last with { End = Math.Max(end, last.End) };
        }
        else if (_counts[BitOperations.Log2((uint)form)]++ < TextLimits.MaxHiddenSpans)
        {
            _spans.Add(new HiddenSpan(form, start, end));
        }
        else
        {
            _full |= form;
        }
    }

    public ImmutableArray<HiddenSpan> ToSpans() => [.. _spans];
}
