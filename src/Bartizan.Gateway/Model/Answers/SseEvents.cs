using System.Buffers;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>
/// Finds the events of a stream (WHATWG server-sent events: CR, LF or CRLF; comments; several <c>data</c> lines) in chunks
/// that are cut anywhere. Holds at most one event, and nothing between events.
/// </summary>
internal sealed class SseEvents(int maxEventBytes, SseEvents.EventHandler onEvent) : IDisposable
{
    private byte[]? _line;
    private int _lineLength;
    private byte[]? _data;
    private int _dataLength;
    private bool _afterCarriageReturn;
    private bool _tooLong;

    /// <summary>Takes the data of one event.</summary>
    internal delegate void EventHandler(ReadOnlyMemory<byte> data);

    /// <summary>True when an event, perhaps the one that is still coming, is longer than the bound.</summary>
    public bool IsTooLong => _tooLong || Skipped;

    /// <summary>True when an event was longer than the bound and was skipped.</summary>
    public bool Skipped { get; private set; }

    /// <summary>Reads the next chunk.</summary>
    public void Read(ReadOnlySpan<byte> chunk)
    {
        if (_afterCarriageReturn && chunk.Length > 0)
        {
            _afterCarriageReturn = false;
            chunk = chunk[0] == '\n' ? chunk[1..] : chunk;
        }

        while (chunk.Length > 0)
        {
            var end = chunk.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                Append(ref _line, ref _lineLength, chunk);
                return;
            }

            if (_lineLength > 0)
            {
                Append(ref _line, ref _lineLength, chunk[..end]);
                ReadLine(_line.AsSpan(0, _lineLength));
                Free(ref _line, ref _lineLength);
            }
            else
            {
                ReadLine(chunk[..end]);
            }

            var next = end + 1;
            if (chunk[end] == '\r')
            {
                _afterCarriageReturn = next == chunk.Length;
                next += next < chunk.Length && chunk[next] == '\n' ? 1 : 0;
            }

            chunk = chunk[next..];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free(ref _line, ref _lineLength);
        Free(ref _data, ref _dataLength);
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            if (_dataLength > 0 && !_tooLong)
            {
                onEvent(_data.AsMemory(0, _dataLength));
            }

            Skipped |= _tooLong;
            _tooLong = false;
            Free(ref _data, ref _dataLength);
        }
        else if (line.StartsWith("data:"u8))
        {
            if (_dataLength > 0)
            {
                Append(ref _data, ref _dataLength, "\n"u8);
            }

            line = line["data:".Length..];
            Append(ref _data, ref _dataLength, line.Length > 0 && line[0] == ' ' ? line[1..] : line);
        }
    }

    private void Append(ref byte[]? buffer, ref int length, ReadOnlySpan<byte> bytes)
    {
        if (_tooLong || length + bytes.Length > maxEventBytes)
        {
            // One byte is kept, and no field starts with it, so that an over-long line ends as a line that says nothing.
            _tooLong = true;
            buffer ??= ArrayPool<byte>.Shared.Rent(1);
            buffer[0] = (byte)':';
            length = 1;
            return;
        }

        if (buffer is null || buffer.Length < length + bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + bytes.Length, 256));
            buffer.AsSpan(0, length).CopyTo(larger);
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private static void Free(ref byte[]? buffer, ref int length)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = null;
        length = 0;
    }
}
