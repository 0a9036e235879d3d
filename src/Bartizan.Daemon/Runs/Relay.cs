using Bartizan.Client.Runs;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Runs;

/// <summary>Carries bytes between a run's connection and the agent's streams, and the person's events to where they belong.</summary>
internal sealed class Relay(RunConnection connection, ISandbox sandbox, ApprovalDesk desk, SessionId session)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>The agent's output, until both streams end.</summary>
    public Task OutputAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            PumpAsync(sandbox.Output, RunChannel.Output, cancellationToken),
            PumpAsync(sandbox.Error, RunChannel.Error, cancellationToken)
        );

    /// <summary>The person's messages, until the connection is gone; <paramref name="signalled"/> hears of signals.</summary>
    public async Task InputAsync(Func<int, Task> signalled, CancellationToken cancellationToken)
    {
        while (await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (!message.IsText)
            {
                await WriteAsync(message.Bytes, cancellationToken).ConfigureAwait(false);
                continue;
            }

            switch (message.Event())
            {
                case RunEvent.Answered answered:
                    desk.Take(session, answered);
                    break;
                case RunEvent.Resized resized:
                    sandbox.Resize(new Bartizan.Sandbox.TerminalSize(resized.Size.Columns, resized.Size.Rows));
                    break;
                case RunEvent.InputEnded:
                    await sandbox.Input.DisposeAsync().ConfigureAwait(false);
                    break;
                case RunEvent.Signalled signal:
                    await signalled(signal.Number).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await sandbox.Input.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await sandbox.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The agent closed its input, or is gone: what was typed after that has nowhere to go.
        }
    }

    private async Task PumpAsync(Stream from, RunChannel channel, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await connection.SendAsync(channel, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A pty whose last process is gone ends with EIO: that is its end of file.
        }
    }
}
