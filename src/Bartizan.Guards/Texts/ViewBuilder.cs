using System.Buffers;

namespace Bartizan.Guards.Texts;

/// <summary>Builds a view and the map back to what it is made of.</summary>
internal sealed class ViewBuilder(int capacity)
{
    private const int FirstRuns = 16;

    private char[] _chars = GC.AllocateUninitializedArray<char>(Math.Max(capacity, FirstRuns));
    private OffsetRun[] _runs = ArrayPool<OffsetRun>.Shared.Rent(FirstRuns);
    private int _count;

    public int Length { get; private set; }

    /// <summary>What was written so far.</summary>
    public Span<char> Written => _chars.AsSpan(0, Length);

    /// <summary>Takes a stretch as it is.</summary>
    public void Copy(ReadOnlySpan<char> piece, int origin)
    {
        if (piece.Length == 1)
        {
            Write(piece[0], origin, 1);
        }
        else if (piece.Length > 1)
        {
            Append(piece);
            Map(piece.Length, origin, piece.Length);
        }
    }

    /// <summary>Takes letters that have a gap after each of them.</summary>
    public void Gather(ReadOnlySpan<char> letters, int origin)
    {
        Append(letters);
        Map(letters.Length, origin, letters.Length > 1 ? OffsetRun.EverySecond : letters.Length);
    }

    /// <summary>Writes what a stretch stands for.</summary>
    public void Write(ReadOnlySpan<char> form, int origin, int originLength)
    {
        Append(form);
        Map(form.Length, origin, originLength);
    }

    /// <summary>Writes one character for a stretch.</summary>
    public void Write(char form, int origin, int originLength)
    {
        if (Length == _chars.Length)
        {
            Append([form]);
        }
        else
        {
            _chars[Length++] = form;
        }

        Map(1, origin, originLength);
    }

    /// <summary>Takes a stretch as it is, and writes one character for what comes after it.</summary>
    public void Write(ReadOnlySpan<char> piece, int origin, char form, int originLength)
    {
        // All at once where there is room and nothing that goes on with what is written; mostly so.
        if (
            piece.Length >= _chars.Length - Length
            || _count == _runs.Length
            || originLength < 2
            || (_count > 0 && _runs[_count - 1] is var last && last.Length == last.OriginLength)
        )
        {
            Copy(piece, origin);
            Write(form, origin + piece.Length, originLength);
            return;
        }

        _runs[_count++] =
            piece.Length == 0
                ? new OffsetRun(Length, 1, origin, originLength)
                : OffsetRun.WithLast(Length, piece.Length, origin, originLength);
        if (piece.Length == 1)
        {
            _chars[Length] = piece[0];
        }
        else
        {
            piece.CopyTo(_chars.AsSpan(Length));
        }

        Length += piece.Length;
        _chars[Length++] = form;
    }

    /// <summary>Writes each character as what it is a form of.</summary>
    public void Fold(ReadOnlySpan<char> piece, int origin)
    {
        Append(piece);
        foreach (ref var c in _chars.AsSpan(Length - piece.Length, piece.Length))
        {
            c = PlainWays.FormOf(c);
        }

        Map(piece.Length, origin, piece.Length);
    }

    /// <summary>The view of what was written, with a map of its own.</summary>
    public TextView ToView(Coding coding, TextView? parent) =>
        new(_chars.AsMemory(0, Length), coding, parent, _runs.AsSpan(0, _count).ToArray(), _count);

    /// <summary>The same, as the last thing that is done with this builder.</summary>
    public TextView Done(Coding coding, TextView? parent)
    {
        var runs = GC.AllocateUninitializedArray<OffsetRun>(_count);
        _runs.AsSpan(0, _count).CopyTo(runs);
        ArrayPool<OffsetRun>.Shared.Return(_runs);
        _runs = [];
        return new(_chars.AsMemory(0, Length), coding, parent, runs, _count);
    }

    private void Append(ReadOnlySpan<char> piece)
    {
        if (Length + piece.Length > _chars.Length)
        {
            Array.Resize(ref _chars, Math.Max(Length + piece.Length, _chars.Length * 2));
        }

        piece.CopyTo(_chars.AsSpan(Length));
        Length += piece.Length;
    }

    // Stretches that follow each other on both sides are one.
    private void Map(int length, int origin, int originLength)
    {
        if (length == 0)
        {
            return;
        }

        if (_count > 0)
        {
            ref var last = ref _runs[_count - 1];
            if (last.Length == last.OriginLength && length == originLength && last.Origin + last.Length == origin)
            {
                last = last with { Length = last.Length + length, OriginLength = last.OriginLength + length };
                return;
            }
        }

        if (_count == _runs.Length)
        {
            var more = ArrayPool<OffsetRun>.Shared.Rent(Math.Max(FirstRuns, _count * 2));
            _runs.CopyTo(more, 0);
            ArrayPool<OffsetRun>.Shared.Return(_runs);
            _runs = more;
        }

        _runs[_count++] = new OffsetRun(Length - length, length, origin, originLength);
    }
}
