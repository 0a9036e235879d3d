namespace Bartizan.Guards.Texts;

/// <summary>One way to read a text, and where each of its characters stands in the original.</summary>
public sealed class TextView
{
    private readonly TextView? _parent;
    private readonly OffsetRun[]? _runs;
    private readonly int _count;

    // Made when it is asked for first; whoever asks at the same time makes the same.
    private CharMasks? _masks;

    // A hint and no more: whoever asks at the same time may leave another one.
    private int _near;

    internal TextView(ReadOnlyMemory<char> text, Coding coding, TextView? parent, OffsetRun[]? runs, int count)
    {
        Text = text;
        Coding = coding;
        Depth = parent is null ? 0 : parent.Depth + (IsBlob(coding) ? 1 : 0);
        _parent = parent;
        _runs = runs;
        _count = count;
    }

    /// <summary>What it reads.</summary>
    public ReadOnlyMemory<char> Text { get; }

    /// <summary>What each of its characters is.</summary>
    internal CharMasks Masks => _masks ??= CharMasks.Of(Text.Span);

    /// <summary>How it was made of its parent.</summary>
    public Coding Coding { get; }

    /// <summary>How many encodings deep it lay.</summary>
    public int Depth { get; }

    /// <summary>What it was made of; null for the plain view.</summary>
    public TextView? Parent => _parent;

    /// <summary>
    /// Where a stretch of this view stands in the original, in UTF-16 code units: the smallest stretch known to hold it. What was
    /// decoded from a run stands for the whole run.
    /// </summary>
    /// <param name="start">Where it begins in this view.</param>
    /// <param name="length">How long it is.</param>
    public (int Start, int End) ToOriginal(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Text.Length - start);
        var (from, to) = (start, start + length);
        for (var view = this; view is not null; view = view._parent)
        {
            if (view._runs is not null)
            {
                (from, to) = view.Map(from, to);
            }
        }

        return (from, to);
    }

    private static bool IsBlob(Coding coding) =>
        coding is Coding.Base64 or Coding.Hex or Coding.Base32 or Coding.Unseen;

    private (int Start, int End) Map(int start, int end)
    {
        if (_count == 0)
        {
            return (0, 0);
        }

        var first = _runs![Find(start)];
        var from = first.From(start);
        var to = end > start ? _runs[Find(end - 1)].To(end) : first.ToOfNothing(start);

        // A view that turns the text around turns its stretches around, too.
        return from <= to ? (from, to) : (to, from);
    }

    // The last run that begins at or before the place. Mostly it is near the one that was asked for before.
    private int Find(int place)
    {
        var (low, high) = (0, _count - 1);
        if (_near is var near && near < _count && _runs![near].Start <= place)
        {
            // Twice as far with each step, until it is passed.
            low = near;
            var step = 1;
            while (low + step < _count && _runs[low + step].Start <= place)
            {
                low += step;
                step *= 2;
            }

            high = Math.Min(high, low + step - 1);
        }

        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs![middle].Start <= place)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _near = low;
    }
}
