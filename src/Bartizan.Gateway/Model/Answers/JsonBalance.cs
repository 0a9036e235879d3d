namespace Bartizan.Gateway.Model.Answers;

/// <summary>
/// Says whether a JSON body has ended, in constant memory whatever its size: a body that was cut short must not end
/// as if it were whole.
/// </summary>
internal sealed class JsonBalance
{
    private long _depth;
    private bool _inString;
    private bool _escaped;
    private bool _any;

    /// <summary>True when every bracket and string that was opened is closed.</summary>
    public bool IsComplete => _any && _depth == 0 && !_inString;

    /// <summary>Reads the next chunk.</summary>
    public void Read(ReadOnlySpan<byte> chunk)
    {
        while (chunk.Length > 0)
        {
            if (_escaped)
            {
                _escaped = false;
                chunk = chunk[1..];
                continue;
            }

            var next = _inString
                ? chunk.IndexOfAny((byte)'"', (byte)'\\')
                : chunk.IndexOfAnyExcept(" \t\r\n,:0123456789"u8);
            if (next < 0)
            {
                _any |= !_inString && chunk.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;
                return;
            }

            Take(chunk[next]);
            chunk = chunk[(next + 1)..];
        }
    }

    private void Take(byte b)
    {
        _any = true;
        if (_inString)
        {
            _inString = b != '"';
            _escaped = b == '\\';
            return;
        }

        _inString = b == '"';
        _depth +=
            b is (byte)'{' or (byte)'[' ? 1
            : b is (byte)'}' or (byte)']' ? -1
            : 0;
    }
}
