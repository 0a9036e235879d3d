using System.Buffers;
using System.Buffers.Binary;

namespace Bartizan.Gateway.Databases;

/// <summary>Messages of one side: read whole, each within its bound; written together, at a flush.</summary>
internal sealed class WireStream(Stream stream, Func<byte, int> mostOf, KeptBytes? kept = null) : IAsyncDisposable
{
    /// <summary>One whose messages all have the same bound.</summary>
    public WireStream(Stream stream, int maxMessageBytes)
        : this(stream, _ => maxMessageBytes) { }

    private const int HeadBytes = 5;

    private const int LengthBytes = 4;

    /// <summary>Of one read, and where waiting messages are sent on.</summary>
    private const int BufferBytes = 32 * 1024;

    private readonly byte[] _read = new byte[BufferBytes];
    private readonly ArrayBufferWriter<byte> _written = new(BufferBytes);
    private int _start;
    private int _end;
    private long _held;

    /// <summary>What is below.</summary>
    public Stream Inner => stream;

    /// <summary>True when a whole message was read already: no need to hand on what was taken so far.</summary>
    public bool HasNext =>
        _end - _start >= HeadBytes
        && _end - _start > BinaryPrimitives.ReadInt32BigEndian(_read.AsSpan(_start + 1)) is var has
        && has;

    /// <summary>True when so much waits to be sent that it must be, before more is taken.</summary>
    public bool IsFull => _written.WrittenCount >= BufferBytes;

    /// <summary>The next message; null at an orderly end.</summary>
    public async ValueTask<WireMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        LetGo();
        if (!await FillAsync(HeadBytes, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var type = _read[_start];
        var length = BinaryPrimitives.ReadInt32BigEndian(_read.AsSpan(_start + 1)) - LengthBytes;
        var most = mostOf(type);
        if (length < 0 || length > most)
        {
            throw new WireBrokenException($"a message of more than {most} bytes isn't taken");
        }

        _start += HeadBytes;
        return new WireMessage(type, await TakeAsync(length, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The start-up message, which has no letter; null at an orderly end.</summary>
    public async ValueTask<byte[]?> ReadGreetingAsync(int maxBytes, CancellationToken cancellationToken)
    {
        if (!await FillAsync(LengthBytes, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_read.AsSpan(_start)) - LengthBytes;
        if (length < LengthBytes || length > maxBytes)
        {
            throw new WireBrokenException("this is no start-up message of PostgreSQL");
        }

        _start += LengthBytes;
        return await TakeAsync(length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True when nothing was read that nobody took: what follows is another protocol's.</summary>
    public bool IsAtStart => _start == _end;

    /// <summary>Writes a message; it leaves at the next flush.</summary>
    public void Write(byte type, ReadOnlySpan<byte> body)
    {
        var span = _written.GetSpan(HeadBytes + body.Length);
        span[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], body.Length + LengthBytes);
        body.CopyTo(span[HeadBytes..]);
        _written.Advance(HeadBytes + body.Length);
    }

    /// <summary>Writes bytes without a head.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _written.Write(bytes);

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_written.WrittenCount > 0)
        {
            await stream.WriteAsync(_written.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            _written.ResetWrittenCount();
        }
    }

    public ValueTask DisposeAsync()
    {
        LetGo();
        return stream.DisposeAsync();
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _read.AsSpan(_start, _end - _start).CopyTo(_read);
                (_start, _end) = (0, _end - _start);
            }

            var read = await stream.ReadAsync(_read.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return _end == 0 ? false : throw new WireBrokenException("the connection broke off within a message");
            }

            _end += read;
        }

        return true;
    }

    private async ValueTask<byte[]> TakeAsync(int length, CancellationToken cancellationToken)
    {
        // INVARIANT: room is made as bytes come: a head alone, which says how many there will be, costs nobody any.
        var body = new byte[Math.Min(length, BufferBytes)];
        var known = Math.Min(length, _end - _start);
        _read.AsSpan(_start, known).CopyTo(body);
        _start += known;
        while (known < length)
        {
            if (known == body.Length)
            {
                body = Grown(body, length);
            }

            var read = await stream.ReadAsync(body.AsMemory(known), cancellationToken).ConfigureAwait(false);
            known += read > 0 ? read : throw new WireBrokenException("the connection broke off within a message");
        }

        return body;
    }

    private byte[] Grown(byte[] body, int length)
    {
        var grown = (int)Math.Min(length, body.Length * 2L);
        if (kept?.TryTake(grown - body.Length) == false)
        {
            throw new WireBrokenException("the session's connections hold too many values", "53200");
        }

        _held += grown - body.Length;
        Array.Resize(ref body, grown);
        return body;
    }

    // Once the next message is asked for, the one before is over, or counts as what it was kept as.
    private void LetGo()
    {
        kept?.Return(_held);
        _held = 0;
    }
}
