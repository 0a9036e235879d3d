using System.Threading.Channels;
using Bartizan.Client.Runs;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Approvals;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Runs;

/// <summary>Carries bytes between a run's connection and the agent's streams, and the person's events to where they belong.</summary>
internal sealed class Relay(RunConnection connection, ISandbox sandbox, Terminals terminals, SessionId session)
{
    private const int ChunkBytes = 64 * 1024;

    private readonly Channel<ReadOnlyMemory<byte>> _typed = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(RunConnection.MaxInputAhead) { SingleReader = true, SingleWriter = true }
    );

    private volatile bool _inputEnded;

    /// <summary>The agent's output, until both streams end.</summary>
    public Task OutputAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            PumpAsync(sandbox.Output, RunChannel.Output, cancellationToken),
            PumpAsync(sandbox.Error, RunChannel.Error, cancellationToken)
        );

    /// <summary>
    /// The person's messages, until the connection is gone; <paramref name="signalled"/> hears of signals. What is typed waits
    /// beside this loop for the agent to take it, so that nothing behind it waits.
    /// </summary>
    public async Task InputAsync(Func<int, Task> signalled, CancellationToken cancellationToken)
    {
        _ = TypeAsync(cancellationToken);
        try
        {
            await ListenAsync(signalled, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _typed.Writer.TryComplete();
        }
    }

    private async Task ListenAsync(Func<int, Task> signalled, CancellationToken cancellationToken)
    {
        while (await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (!message.IsText)
            {
                if (!_typed.Writer.TryWrite(message.Bytes))
                {
                    // More than it may send ahead, or more after the end: not a command of ours.
                    return;
                }

                continue;
            }

            switch (message.Event())
            {
                case RunEvent.Answered answered:
                    terminals.Take(session, answered);
                    break;
                case RunEvent.Resized resized:
                    sandbox.Resize(new Bartizan.Sandbox.TerminalSize(resized.Size.Columns, resized.Size.Rows));
                    break;
                case RunEvent.InputEnded:
                    _inputEnded = true;
                    _typed.Writer.TryComplete();
                    break;
                case RunEvent.Signalled signal:
                    await signalled(signal.Number).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task TypeAsync(CancellationToken cancellationToken)
    {
        await foreach (var bytes in _typed.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await connection.SendAsync(new RunEvent.InputTaken(), cancellationToken).ConfigureAwait(false);
        }

        // A command that is gone without a word closes nothing: a detached agent keeps its terminal.
        if (_inputEnded)
        {
            await sandbox.Input.DisposeAsync().ConfigureAwait(false);
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
