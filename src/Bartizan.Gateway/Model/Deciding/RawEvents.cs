using System.Text;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// Cuts a stream into its events (WHATWG server-sent events: CR, LF or CRLF), in chunks that are cut anywhere. Only what every
/// reader understands alike is an event: at most one <c>data</c>, one <c>event</c>, and no field that isn't of the format.
/// </summary>
internal sealed class RawEvents
{
    /// <summary>The longest event; the last one of a stream may hold the whole answer again.</summary>
    public const int MaxEventBytes = 16 << 20;

    private const int FirstBytes = 4096;

    private byte[] _buffer = [];
    private int _start;
    private int _line;
    private int _scanned;
    private int _end;
    private bool _afterCarriageReturn;
    private bool _endsInBoth;
    private (int At, int Length) _data;
    private string _name = "";
    private bool _hasData;
    private bool _hasName;

    /// <summary>True when nothing of an event is left over; the second half of a CRLF is nothing.</summary>
    public bool IsEmpty => _start == _end || (_end - _start == 1 && _line == _end && _buffer[_start] == '\n');

    /// <summary>Takes the next chunk.</summary>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _line -= _start;
            _scanned -= _start;
            _end -= _start;
            _data.At -= _start;
            _start = 0;
        }

        if (_end + chunk.Length > MaxEventBytes)
        {
            throw StrictJson.Broken("the upstream's answer has an event that is too long to be decided");
        }

        if (_end + chunk.Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(Math.Max(FirstBytes, _end + chunk.Length), _buffer.Length * 2));
        }

        chunk.CopyTo(_buffer.AsSpan(_end));
        _end += chunk.Length;
    }

    /// <summary>The next event that has come whole.</summary>
    public bool TryRead(out RawEvent read)
    {
        read = default;
        while (_scanned < _end)
        {
            if (_afterCarriageReturn)
            {
                _afterCarriageReturn = false;
                if (_buffer[_scanned] == '\n')
                {
                    _line = ++_scanned;
                    continue;
                }
            }

            var found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0)
            {
                _scanned = _end;
                return false;
            }

            var at = _scanned + found;
            var next = at + 1;
            if (_buffer[at] == '\r' && next == _end)
            {
                if (_endsInBoth)
                {
                    // The other half comes with the next chunk, and belongs to this event.
                    _scanned = at;
                    return false;
                }

                _afterCarriageReturn = true;
            }
            else if (_buffer[at] == '\r' && _buffer[next] == '\n')
            {
                _endsInBoth = true;
                next++;
            }

            var line = (At: _line, Length: at - _line);
            _line = _scanned = next;
            if (line.Length > 0)
            {
                ReadLine(line.At, line.Length);
                continue;
            }

            read = new RawEvent(
                _buffer.AsMemory(_start, next - _start),
                _name,
                _hasData ? _buffer.AsMemory(_data.At, _data.Length) : default
            );
            _start = next;
            _name = "";
            _hasData = _hasName = false;
            return true;
        }

        return false;
    }

    private void ReadLine(int at, int length)
    {
        var line = _buffer.AsSpan(at, length);
        var colon = line.IndexOf((byte)':');
        if (colon == 0)
        {
            return;
        }

        var field = colon < 0 ? line : line[..colon];
        var skip = colon < 0 ? length : colon + 1;
        skip += skip < length && line[skip] == ' ' ? 1 : 0;
        if (field.SequenceEqual("data"u8) && !_hasData)
        {
            _hasData = true;
            _data = (at + skip, length - skip);
        }
        else if (field.SequenceEqual("event"u8) && !_hasName)
        {
            _hasName = true;
            _name = Encoding.UTF8.GetString(line[skip..]);
        }
        else if (!field.SequenceEqual("id"u8) && !field.SequenceEqual("retry"u8))
        {
            throw StrictJson.Broken();
        }
    }
}
