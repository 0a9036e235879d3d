using System.Text;

namespace Bartizan.Gateway.Tools.Answers;

/// <summary>
/// Reads a stream of server-sent events (WHATWG) one by one: CR, LF or CRLF; comments; several <c>data</c> lines. The data of
/// an event stands in the buffer until the next is asked for. Once it is disposed of nothing is read into the buffer any more, so dispose
/// of it before the buffer.
/// </summary>
internal sealed class EventReader(Stream stream, AnswerBuffer buffer, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    /// <summary>The longest id of an event, and the longest time to wait, as texts.</summary>
    private const int MaxFieldLength = 512;

    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(
        cancellationToken
    );
    private Task _reading = Task.CompletedTask;
    private int _taken;
    private int _scanned;
    private int _line;
    private bool _skipLineFeed;
    private int _dataStart;
    private int _dataLength;

    /// <summary>The event's id; null when it has none.</summary>
    public string? Id { get; private set; }

    /// <summary>The time after which to connect again, in milliseconds, as text; null when nothing is said.</summary>
    public string? Retry { get; private set; }

    /// <summary>The event's data; empty for an event that only carries an id.</summary>
    public Memory<byte> Data => buffer.Filled.Slice(_dataStart, _dataLength);

    /// <summary>Goes on to the next event; false at the end. An event that is cut short is none.</summary>
    public Task<bool> NextAsync()
    {
        var next = ReadAsync();
        _reading = next;
        return next;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // INVARIANT: who waits no longer for what is read still leaves the buffer to it until it has ended. A pooled one is the next
        // one's then.
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task<bool> ReadAsync()
    {
        buffer.Drop(_taken);
        _line -= _taken;
        _scanned -= _taken;
        _taken = 0;
        (Id, Retry, _dataLength) = (null, null, -1);
        while (!TryRead())
        {
            if (!await buffer.FillAsync(stream, _ending.Token).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRead()
    {
        var bytes = buffer.Filled.Span;
        while (_scanned < bytes.Length)
        {
            if (_skipLineFeed)
            {
                _skipLineFeed = false;
                if (bytes[_scanned] == '\n')
                {
                    _line = ++_scanned;
                    continue;
                }
            }

            var at = bytes[_scanned..].IndexOfAny((byte)'\r', (byte)'\n');
            if (at < 0)
            {
                _scanned = bytes.Length;
                return false;
            }

            var end = _scanned + at;
            var start = _line;
            _skipLineFeed = bytes[end] == '\r';
            _line = _scanned = end + 1;
            if (end > start)
            {
                ReadLine(bytes, start, end);
            }
            else if (_dataLength >= 0 || Id is not null || Retry is not null)
            {
                _dataLength = Math.Max(_dataLength, 0);
                _taken = _scanned;
                return true;
            }
        }

        // Nothing that is kept: a long run of comments holds no memory.
        if (_line == bytes.Length && _dataLength < 0)
        {
            buffer.Drop(bytes.Length);
            _line = _scanned = 0;
        }

        return false;
    }

    private void ReadLine(Span<byte> bytes, int start, int end)
    {
        var line = bytes[start..end];
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? end : start + colon + 1;
        value += value < end && bytes[value] == ' ' ? 1 : 0;
        if (name.SequenceEqual("data"u8))
        {
            if (_dataLength < 0)
            {
                (_dataStart, _dataLength) = (value, end - value);
                return;
            }

            // The lines of one event are joined where they stand; JSON takes a line's end for white space.
            bytes[_dataStart + _dataLength] = (byte)'\n';
            bytes[value..end].CopyTo(bytes[(_dataStart + _dataLength + 1)..]);
            _dataLength += 1 + end - value;
        }
        else if (end - value <= MaxFieldLength && name.SequenceEqual("id"u8) && bytes[value..end].IndexOf((byte)0) < 0)
        {
            Id = Encoding.Latin1.GetString(bytes[value..end]);
        }
        else if (
            end - value is > 0 and <= 9
            && name.SequenceEqual("retry"u8)
            && bytes[value..end].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
        )
        {
            Retry = Encoding.ASCII.GetString(bytes[value..end]);
        }
    }
}
