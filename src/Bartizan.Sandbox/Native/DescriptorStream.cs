using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>One end of a pipe, or one direction of a terminal, as a stream that never blocks a thread.</summary>
internal sealed class DescriptorStream : Stream
{
    private readonly Descriptor _descriptor;
    private readonly bool _readable;
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Takes the descriptor over.</summary>
    public DescriptorStream(Descriptor descriptor, bool readable)
    {
        _descriptor = descriptor;
        _readable = readable;
        descriptor.MakeNonBlocking();
    }

    public override bool CanRead => _readable;

    public override bool CanWrite => !_readable;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_descriptor.IsClosed, this);
            var (count, error) = TryRead(buffer.Span);
            if (count >= 0)
            {
                return count;
            }

            switch (error)
            {
                case Libc.EINTR:
                    break;
                case Libc.EAGAIN:
                    using (var either = Either(cancellationToken))
                    {
                        await Readiness.ReadableAsync(_descriptor, either.Token).ConfigureAwait(false);
                    }

                    break;
                case Libc.EIO:
                    return 0; // a terminal whose other end has no process any more
                default:
                    throw Descriptor.Failure("read from the sandbox");
            }
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        while (!buffer.IsEmpty)
        {
            ObjectDisposedException.ThrowIf(_descriptor.IsClosed, this);
            var (count, error) = TryWrite(buffer.Span);
            if (count >= 0)
            {
                buffer = buffer[count..];
                continue;
            }

            switch (error)
            {
                case Libc.EINTR:
                    break;
                case Libc.EAGAIN:
                    using (var either = Either(cancellationToken))
                    {
                        await Readiness.WritableAsync(_descriptor, either.Token).ConfigureAwait(false);
                    }

                    break;
                default:
                    throw Descriptor.Failure("write to the sandbox");
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed.IsCancellationRequested)
        {
            _closed.Cancel();
            _descriptor.Dispose();
        }

        base.Dispose(disposing);
    }

    private CancellationTokenSource Either(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);

    private unsafe (int Count, int Error) TryRead(Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var count = (int)Libc.read(_descriptor, bytes, buffer.Length);
            return (count, count < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }

    private unsafe (int Count, int Error) TryWrite(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var count = (int)Libc.write(_descriptor, bytes, buffer.Length);
            return (count, count < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }
}
