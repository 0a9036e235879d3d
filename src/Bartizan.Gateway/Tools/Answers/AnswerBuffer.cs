using System.Buffers;

namespace Bartizan.Gateway.Tools.Answers;

/// <summary>
/// A pooled buffer that grows with one message up to a bound, and takes what is more than a little from its session's share
/// of memory. Empty, it holds nothing.
/// </summary>
internal sealed class AnswerBuffer(SessionTools tools, int maxBytes) : IDisposable
{
    /// <summary>What every connection may hold; a usual message fits.</summary>
    private const int FreeBytes = 16 << 10;

    private const int FirstBytes = 4 << 10;

    private byte[]? _bytes;
    private int _start;
    private int _end;
    private long _reserved;

    /// <summary>What is there.</summary>
    public Memory<byte> Filled => _bytes.AsMemory(_start, _end - _start);

    /// <summary>Reads more; false at the end. Waits without holding memory when there is nothing yet.</summary>
    public async ValueTask<bool> FillAsync(Stream from, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            Release();
            await from.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        }

        MakeRoom();
        var read = await from.ReadAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    /// <summary>Lets go of what was read.</summary>
    public void Drop(int count) => _start += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        _start = _end = 0;
        Release();
    }

    private void MakeRoom()
    {
        _bytes ??= ArrayPool<byte>.Shared.Rent(FirstBytes);
        if (_end < _bytes.Length)
        {
            return;
        }

        var length = _end - _start;
        if (_start > _bytes.Length / 2)
        {
            Filled.CopyTo(_bytes);
            (_start, _end) = (0, length);
            return;
        }

        if (length >= maxBytes)
        {
            throw new AnswerTooLargeException($"its answer is larger than {maxBytes} bytes");
        }

        var size = (int)Math.Min(_bytes.Length * 2L, maxBytes + (long)FreeBytes);
        if (size > FreeBytes)
        {
            var more = size - Math.Max(_reserved, FreeBytes);
            if (!tools.TryReserve(more))
            {
                throw new AnswerTooLargeException("too many large answers of this session are under way");
            }

            _reserved = size;
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        Filled.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, _end) = (larger, 0, length);
    }

    private void Release()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = null;
        }

        if (_reserved > 0)
        {
            tools.Release(_reserved - FreeBytes);
            _reserved = 0;
        }

        _start = _end = 0;
    }
}
