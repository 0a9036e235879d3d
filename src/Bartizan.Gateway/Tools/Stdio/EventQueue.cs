using System.Threading.Channels;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>
/// What a process says to one request, as a stream of events that is read like a server's answer over HTTP. Who reads slowly
/// holds up nobody: what waits is bounded, and beyond it the answer is cut.
/// </summary>
internal sealed class EventQueue(int maxBytes, Action? abandoned = null) : Stream
{
    private static ReadOnlySpan<byte> Start => "data: "u8;

    private readonly Channel<ReadOnlyMemory<byte>> _messages = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private ReadOnlyMemory<byte> _rest;
    private int _waiting;
    private bool _whole;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Adds a message; the last one ends the stream.</summary>
    public void Add(ReadOnlySpan<byte> message, bool last)
    {
        if (Interlocked.Add(ref _waiting, message.Length) > maxBytes)
        {
            _messages.Writer.TryComplete(new IOException("too much waits to be read"));
            return;
        }

        var framed = new byte[Start.Length + message.Length + 2];
        Start.CopyTo(framed);
        message.CopyTo(framed.AsSpan(Start.Length));
        framed.AsSpan(Start.Length + message.Length).Fill((byte)'\n');
        _messages.Writer.TryWrite(framed);
        if (last)
        {
            _whole = true;
            _messages.Writer.TryComplete();
        }
    }

    /// <summary>Ends it without an answer.</summary>
    public void Break() => _messages.Writer.TryComplete(new IOException("the process ended"));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _messages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            if (!_messages.Reader.TryRead(out _rest))
            {
                continue;
            }

            Interlocked.Add(ref _waiting, Start.Length + 2 - _rest.Length);
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_whole)
        {
            abandoned?.Invoke();
        }

        base.Dispose(disposing);
    }
}
