namespace Bartizan.Guards.Streams;

/// <summary>Finds where the events of a stream end (WHATWG server-sent events: CR, LF or CRLF), in pieces that are cut anywhere.</summary>
internal sealed class EventCut
{
    private bool _afterReturn;
    private bool _inLine;

    /// <summary>Where the first event of a piece ends, which is one past its empty line; -1 when it doesn't.</summary>
    public int Next(ReadOnlySpan<byte> piece)
    {
        for (var at = 0; at < piece.Length; )
        {
            if (_afterReturn)
            {
                _afterReturn = false;
                if (piece[at] == (byte)'\n')
                {
                    at++;
                    continue;
                }
            }

            var end = piece[at..].IndexOfAny((byte)'\r', (byte)'\n');
            _inLine |= end is < 0 or > 0;
            if (end < 0)
            {
                return -1;
            }

            at += end + 1;
            _afterReturn = piece[at - 1] == (byte)'\r';
            if (!_inLine)
            {
                // The second half of a CRLF belongs to this event, if it is here already.
                if (_afterReturn && at < piece.Length && piece[at] == (byte)'\n')
                {
                    _afterReturn = false;
                    at++;
                }

                return at;
            }

            _inLine = false;
        }

        return -1;
    }
}
