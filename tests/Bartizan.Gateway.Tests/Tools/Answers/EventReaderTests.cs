using System.Text;
using Bartizan.Gateway.Tools.Answers;

namespace Bartizan.Gateway.Tests.Tools.Answers;

public sealed class EventReaderTests
{
    [Fact]
    public async Task The_buffer_is_nobody_elses_while_something_is_still_read_into_it()
    {
        using var server = new LateStream();
        using var buffer = new AnswerBuffer(null!, 1 << 16);
        var events = new EventReader(server, buffer, CancellationToken.None);
        var next = events.NextAsync();

        var ending = events.DisposeAsync().AsTask();

        server.IsCancelled.ShouldBeTrue();
        ending.IsCompleted.ShouldBeFalse();
        server.Say("data: 1\n\n");
        await ending;
        next.IsCompleted.ShouldBeTrue();
    }

    /// <summary>A server that is heard once, when it says something: a read that is under way isn't given up when it is cancelled.</summary>
    private sealed class LateStream : Stream
    {
        private readonly TaskCompletionSource<string> _said = new();
        private CancellationToken _cancelled;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public bool IsCancelled => _cancelled.IsCancellationRequested;

        public void Say(string text) => _said.SetResult(text);

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            _cancelled = cancellationToken;
            return buffer.IsEmpty ? 0 : Encoding.UTF8.GetBytes(await _said.Task, buffer.Span);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
