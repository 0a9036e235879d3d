using System.Runtime.InteropServices;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Runs;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Cli.Runs;

/// <summary>
/// The person's end of a run: relays streams, the terminal's size and signals, and shows an ask outside the sandbox. The
/// agent's own output never decides anything here: asks come as events from the instance, not as text.
/// </summary>
internal sealed class RunTerminal(RunConnection connection, RunRequest request)
{
    private const int ChunkBytes = 32 * 1024;
    private const nint StandardInput = 0;
    private const ushort UsualColumns = 80;
    private const ushort UsualRows = 24;
    private readonly SemaphoreSlim _ahead = new(RunConnection.MaxInputAhead);

    /// <summary>Of the agent's output while an ask is open.</summary>
    private const int MaxHeldBytes = 1 << 20;

    /// <summary>
    /// Soft reset, plain letters, the usual character set, a cursor that is seen, the terminal's own colours: whatever could
    /// make a question unreadable.
    /// </summary>
    private const string ModesBack = "\e[!p\e[0m\e(B\x0f\e[?25h\e]104\a\e]110\a\e]111\a";

    /// <summary>Longer than a keystroke that was on its way already.</summary>
    private static readonly TimeSpan ReadFirst = TimeSpan.FromMilliseconds(600);

    private readonly SemaphoreSlim _screen = new(1, 1);
    private readonly Queue<(Stream Stream, byte[] Bytes)> _held = [];
    private int _heldBytes;
    private volatile bool _asking;
    private volatile TaskCompletionSource<string>? _answer;
    private RunEvent.Asked? _asked;
    private TaskCompletionSource _withdrawn = new();
    private RawMode? _raw;
    private string? _session;

    /// <summary>True when a person sits at this terminal who can answer an ask.</summary>
    public static bool CanAnswer => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>The terminal's size, when both ends of the run are one; null for pipes.</summary>
    public static TerminalSize? Size() =>
        Console.IsInputRedirected || Console.IsOutputRedirected
            ? null
            : new TerminalSize(Side(Console.WindowWidth, UsualColumns), Side(Console.WindowHeight, UsualRows));

    // A terminal that knows no size says 0: the size that programs take for granted then.
    private static ushort Side(int cells, ushort usual) =>
        cells <= 1 ? usual : (ushort)Math.Min(cells, ushort.MaxValue);

    /// <summary>Drives the run until it is over.</summary>
    public async Task<RunEnd> DriveAsync(CancellationToken cancellationToken)
    {
        using var interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Pass(context, 2));
        using var terminations = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Pass(context, 15));
        using var resizes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize());
        try
        {
            return await ReceiveAsync(cancellationToken);
        }
        finally
        {
            _raw?.Dispose();
        }
    }

    private void Pass(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        _ = connection.SendAsync(new RunEvent.Signalled(signal), CancellationToken.None);
    }

    private void Resize()
    {
        if (request.Terminal is not null && Size() is { } size)
        {
            _ = connection.SendAsync(new RunEvent.Resized(size), CancellationToken.None);
        }
    }

    private async Task<RunEnd> ReceiveAsync(CancellationToken cancellationToken)
    {
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        while (await connection.ReceiveAsync(cancellationToken) is { } message)
        {
            if (!message.IsText)
            {
                await ShowAsync(message, message.Channel == RunChannel.Error ? error : output, cancellationToken);
                continue;
            }

            switch (message.Event())
            {
                case RunEvent.Started started:
                    Begin(started, cancellationToken);
                    break;
                case RunEvent.Noted noted:
                    Screen.Note(noted.Line);
                    break;
                case RunEvent.Asked asked:
                    await _screen.WaitAsync(cancellationToken);
                    (_asking, _answer, _asked) = (true, null, asked);
                    _withdrawn = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    _screen.Release();
                    _ = AskAsync(asked, cancellationToken);
                    break;
                case RunEvent.Withdrawn over when over.Digest == _asked?.Digest:
                    _withdrawn.TrySetResult();
                    break;
                case RunEvent.InputTaken:
                    _ahead.Release();
                    break;
                case RunEvent.Refused refused:
                    return new RunEnd("bartizan", Screen.Error(refused.Code, refused.Error, refused.Hint), _session);
                case RunEvent.Exited exited:
                    await EndAskAsync(cancellationToken);
                    _raw?.Dispose();
                    _raw = null;
                    foreach (var line in exited.Summary)
                    {
                        Screen.Note(line);
                    }

                    return new RunEnd(exited.By, exited.Code, _session);
            }
        }

        return new RunEnd(
            "bartizan",
            Screen.Error(ExitCode.Failed, "the instance went away", "`bartizan log` shows what was recorded"),
            _session
        );
    }

    private void Begin(RunEvent.Started started, CancellationToken cancellationToken)
    {
        _session = started.Session;
        if (request.Terminal is not null)
        {
            _raw = RawMode.Enter();
        }

        _ = PumpAsync(cancellationToken);
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        // Not the console's own stream: at a terminal that one edits lines, echoes, and takes the terminal out of raw mode.
        using var descriptor = new SafeFileHandle(StandardInput, ownsHandle: false);
        await using var input = new FileStream(descriptor, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[ChunkBytes];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            // While an ask is open, what is typed is the answer, and the agent sees none of it.
            if (_asking)
            {
                _answer?.TrySetResult(System.Text.Encoding.UTF8.GetString(buffer, 0, read));
                continue;
            }

            await _ahead.WaitAsync(cancellationToken);
            await connection.SendAsync(RunChannel.Input, buffer.AsMemory(0, read), cancellationToken);
        }

        await connection.SendAsync(new RunEvent.InputEnded(), cancellationToken);
    }

    // INVARIANT: what an ask is answered by was typed to that ask. The agent owns the screen until then: it could paint a question
    // of its own over ours, hide ours with the terminal's modes, or have a person typing already when it comes. So its output is
    // held while an ask is open, the modes are set back first, and what is typed before our question ends counts for nothing.
    private async Task AskAsync(RunEvent.Asked asked, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Console.Error.Write((request.Terminal is null ? "" : ModesBack) + AskText.Of(asked));
        var withdrawn = _withdrawn.Task;
        if (await Task.WhenAny(withdrawn, Task.Delay(ReadFirst, cancellationToken)) != withdrawn)
        {
            _answer = answer;
            Console.Error.Write(AskText.Prompt);
            await Task.WhenAny(withdrawn, answer.Task).WaitAsync(cancellationToken);
        }

        if (!answer.Task.IsCompletedSuccessfully)
        {
            // Answered elsewhere, out of time, or over with its session: no key decides it any more.
            Console.Error.Write("no longer asked\r\n");
            await EndAskAsync(cancellationToken);
            return;
        }

        var text = await answer.Task;
        var granted = text.StartsWith('y') || text.StartsWith('Y');
        Console.Error.Write(granted ? "allowed\r\n" : "refused\r\n");
        await connection.SendAsync(new RunEvent.Answered(asked.Digest, granted), cancellationToken);
        await EndAskAsync(cancellationToken);
    }

    private async Task ShowAsync(RunMessage message, Stream stream, CancellationToken cancellationToken)
    {
        await _screen.WaitAsync(cancellationToken);
        try
        {
            if (_asking)
            {
                // Beyond the bound the oldest goes: an agent that floods the screen meanwhile loses output, not the person's answer.
                _held.Enqueue((stream, message.Bytes.ToArray()));
                _heldBytes += message.Bytes.Length;
                while (_heldBytes > MaxHeldBytes && _held.TryDequeue(out var oldest))
                {
                    _heldBytes -= oldest.Bytes.Length;
                }

                return;
            }

            await stream.WriteAsync(message.Bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        finally
        {
            _screen.Release();
        }
    }

    private async Task EndAskAsync(CancellationToken cancellationToken)
    {
        await _screen.WaitAsync(cancellationToken);
        try
        {
            _asking = false;
            _answer = null;
            while (_held.TryDequeue(out var held))
            {
                await held.Stream.WriteAsync(held.Bytes, cancellationToken);
                await held.Stream.FlushAsync(cancellationToken);
            }

            _heldBytes = 0;
        }
        finally
        {
            _screen.Release();
        }
    }
}
