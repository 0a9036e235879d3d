using System.Buffers;

namespace Bartizan.Core.Conditions;

/// <summary>Room for one text without its escapes, lent by the shared pool and given back at the end of a comparison.</summary>
internal struct Scratch
{
    private byte[]? _lent;

    /// <summary>At least <paramref name="size"/> bytes; what was there before is gone.</summary>
    public Span<byte> Rent(int size)
    {
        if (_lent is null || _lent.Length < size)
        {
            Dispose();
            _lent = ArrayPool<byte>.Shared.Rent(size);
        }

        return _lent;
    }

    public void Dispose()
    {
        if (_lent is { } lent)
        {
            _lent = null;
            ArrayPool<byte>.Shared.Return(lent);
        }
    }
}
