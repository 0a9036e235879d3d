using System.Buffers;
using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>Reads a socket through one pooled buffer that grows up to a bound. One reader at a time.</summary>
internal sealed class WireReader(Socket socket, int maxBytes) : IDisposable
{
    /// <summary>Most heads fit; what streams is read in pieces of this size.</summary>
    private const int FirstBytes = 16 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _start;
    private int _end;

    /// <summary>What was received and not yet taken.</summary>
    public ReadOnlyMemory<byte> Buffered => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Takes the first <paramref name="count"/> bytes.</summary>
    public void Advance(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>True once the other side reset the connection, where an orderly end would only have said so.</summary>
    public bool Broken { get; private set; }

    /// <summary>Receives some more. False at the end of the stream, or when the buffer holds its bound.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length && !MakeRoom())
        {
            return false;
        }

        try
        {
            var received = await socket
                .ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken)
                .ConfigureAwait(false);
            _end += received;
            return received > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Broken = true;
            return false;
        }
    }

    /// <summary>Waits until something was received; false when nothing came in time, or nothing more will.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan within, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (_start < _end)
        {
            return true;
        }

        using var limit = new CancellationTokenSource(within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FillAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads on until the buffer starts with a whole head, and says how long it is. CR LF is the only line end: a bare LF, a
    /// bare CR or a NUL is read differently by different parsers.
    /// </summary>
    public async ValueTask<(HeadEnd End, int Length)> ReadHeadAsync(
        TimeSpan firstWithin,
        TimeSpan restWithin,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var first = new CancellationTokenSource(firstWithin, clock);
        using var firstOrEnd = CancellationTokenSource.CreateLinkedTokenSource(first.Token, cancellationToken);
        CancellationTokenSource? rest = null;
        try
        {
            if (_start == _end && !await FillAsync(firstOrEnd.Token).ConfigureAwait(false))
            {
                return (HeadEnd.Nothing, 0);
            }

            rest = new CancellationTokenSource(restWithin, clock);
            using var restOrEnd = CancellationTokenSource.CreateLinkedTokenSource(rest.Token, cancellationToken);
            var seen = 0;
            while (true)
            {
                var end = Scan(Buffered.Span, ref seen);
                if (end != HeadEnd.Truncated)
                {
                    return (end, seen);
                }

                if (_end - _start >= maxBytes)
                {
                    return (HeadEnd.TooLong, 0);
                }

                if (!await FillAsync(restOrEnd.Token).ConfigureAwait(false))
                {
                    return (_end - _start >= maxBytes ? HeadEnd.TooLong : HeadEnd.Truncated, 0);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (rest is null ? HeadEnd.Nothing : HeadEnd.TimedOut, 0);
        }
        finally
        {
            rest?.Dispose();
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            _start = _end = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Looks at the bytes from <paramref name="seen"/> on; complete leaves it at the head's length. Truncated is: not yet.
    /// </summary>
    internal static HeadEnd Scan(ReadOnlySpan<byte> bytes, ref int seen)
    {
        while (seen < bytes.Length)
        {
            var at = bytes[seen..].IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (at < 0)
            {
                seen = bytes.Length;
                return HeadEnd.Truncated;
            }

            at += seen;
            if (bytes[at] != '\r')
            {
                return HeadEnd.BadLine;
            }

            if (at + 1 == bytes.Length)
            {
                seen = at;
                return HeadEnd.Truncated;
            }

            if (bytes[at + 1] != '\n')
            {
                return HeadEnd.BadLine;
            }

            seen = at + 2;
            var blank = at == 0 || (at >= 2 && bytes[at - 1] == '\n');
            if (blank)
            {
                return at == 0 ? HeadEnd.BadLine : HeadEnd.Complete;
            }
        }

        return HeadEnd.Truncated;
    }

    private bool MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            return true;
        }

        if (_buffer.Length >= maxBytes)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, maxBytes));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        return true;
    }
}
