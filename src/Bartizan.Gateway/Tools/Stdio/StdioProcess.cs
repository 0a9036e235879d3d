using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Threading.Channels;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>
/// One life of a stdio server: a line for each message, both ways. What comes is an answer to a request that waits, what the
/// server says or asks by itself, or nothing that anybody hears of.
/// </summary>
internal sealed class StdioProcess : IAsyncDisposable
{
    /// <summary>Requests that wait for this process; one more is turned away.</summary>
    private const int MaxWaiting = 128;

    /// <summary>Lines that wait to be written: a process that doesn't read holds up who asks, and nobody else.</summary>
    private const int MaxLinesAhead = 8;

    /// <summary>Streams of clients that listen to what it says by itself.</summary>
    private const int MaxListeners = 64;

    private readonly ConcurrentDictionary<long, WaitingCall> _waiting = new();
    private readonly ConcurrentDictionary<long, EventQueue> _listeners = new();
    private readonly Channel<ReadOnlyMemory<byte>> _lines = Channel.CreateBounded<ReadOnlyMemory<byte>>(MaxLinesAhead);
    private readonly IIsolatedProcess _process;
    private readonly IReadOnlyList<KeyEcho> _secrets;
    private readonly int _maxBytes;
    private readonly Lock _opening = new();
    private readonly Task _reading;
    private readonly Task _writing;
    private TaskCompletionSource? _opener;
    private long _last;
    private int _broken;

    public StdioProcess(IIsolatedProcess process, IReadOnlyList<KeyEcho> secrets, int maxBytes, string name)
    {
        (_process, _secrets, _maxBytes, Name) = (process, secrets, maxBytes, name);
        _writing = WriteAsync();
        _reading = ReadAsync();
        Ended = EndAsync();
    }

    /// <summary>Its name as an MCP session: those of an earlier life are gone.</summary>
    public string Name { get; }

    /// <summary>What it answered when it was opened; empty before.</summary>
    public ReadOnlyMemory<byte> Opened { get; private set; }

    /// <summary>True once it was told that its client is ready.</summary>
    public bool IsReady { get; set; }

    /// <summary>False from before the first of its calls fails because it ends: nothing new is asked of it then.</summary>
    public bool IsLiving => Volatile.Read(ref _broken) == 0;

    /// <summary>Completes when it is over.</summary>
    public Task Ended { get; }

    /// <summary>True for the one client that opens it; false once it is open. Who comes while another one opens it waits.</summary>
    public async Task<bool> OpensAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task other;
            lock (_opening)
            {
                if (!Opened.IsEmpty)
                {
                    return false;
                }

                if (_opener is null)
                {
                    _opener = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return true;
                }

                other = _opener.Task;
            }

            await other.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request; its answer, and what comes before it, is in the queue.</summary>
    public async Task<EventQueue> AskAsync(Message message, CallParams call, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _last);
        var events = new EventQueue(_maxBytes * 2, () => Abandon(number));
        if (_waiting.Count >= MaxWaiting)
        {
            HasOpened(message.Method, default);
            throw new IOException("too many requests wait for this server");
        }

        _waiting[number] = new WaitingCall(message.Id, message.Method, StdioMessage.TokenOf(call), events);
        try
        {
            await SendAsync(StdioMessage.Request(message, call, TextOf(number)), cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            _waiting.TryRemove(number, out _);
            HasOpened(message.Method, default);
            throw;
        }

        if (!IsLiving)
        {
            events.Break();
        }

        return events;
    }

    /// <summary>Sends a line.</summary>
    /// <exception cref="IOException">When it is over.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        try
        {
            await _lines.Writer.WriteAsync(line, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("the process has ended", e);
        }
    }

    /// <summary>Passes on that a client wants a request no longer; one that several clients could mean is left alone.</summary>
    public async Task CancelAsync(CallParams said, CancellationToken cancellationToken)
    {
        var meant = said.Member("requestId") is { ValueKind: not System.Text.Json.JsonValueKind.Undefined } id
            ? _waiting.Where(w => w.Value.Id == id.GetRawText()).Take(2).ToList()
            : [];
        if (meant.Count == 1)
        {
            await SendAsync(StdioMessage.Cancel(TextOf(meant[0].Key)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Listens to what it says by itself.</summary>
    public EventQueue Listen()
    {
        var number = Interlocked.Increment(ref _last);
        if (_listeners.Count >= MaxListeners)
        {
            throw new IOException("too many clients listen to this server");
        }

        return _listeners[number] = new EventQueue(_maxBytes, () => _listeners.TryRemove(number, out _));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    private void Abandon(long number)
    {
        if (!_waiting.TryRemove(number, out var call))
        {
            return;
        }

        if (call.Opens)
        {
            HasOpened(call.Method, default);
        }
        else
        {
            // Said if there is room; a process that doesn't read has nothing to be told.
            _lines.Writer.TryWrite(StdioMessage.Cancel(TextOf(number)));
        }
    }

    private async Task EndAsync()
    {
        await Task.WhenAny(_process.Ended, _reading, _writing).ConfigureAwait(false);
        Volatile.Write(ref _broken, 1);
        _lines.Writer.TryComplete();
        HasOpened(Methods.Initialize, default);
        foreach (var queue in _waiting.Values.Select(w => w.Events).Concat(_listeners.Values))
        {
            queue.Break();
        }

        _waiting.Clear();

        // One that closed its output, or wrote what can't be read, is of no use: it goes.
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await _process.Input.WriteAsync(line).ConfigureAwait(false);
                await _process.Input.WriteAsync("\n"u8.ToArray()).ConfigureAwait(false);
                await _process.Input.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It reads no more.
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_process.Output);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync().ConfigureAwait(false);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    Take(rest.Slice(0, end).ToArray());
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                if (read.IsCompleted || rest.Length > _maxBytes)
                {
                    return;
                }

                reader.AdvanceTo(rest.Start, read.Buffer.End);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It writes no more.
        }
    }

    private void Take(byte[] line)
    {
        foreach (var secret in _secrets)
        {
            secret.Mask(line);
        }

        var message = Message.Read(line);
        switch (message.Kind)
        {
            case MessageKind.Result or MessageKind.Error:
                Answer(message);
                return;
            case MessageKind.Notification:
                Tell(message, line);
                return;
            case MessageKind.Request:
                Ask(message, line);
                return;
        }
    }

    private void Answer(Message message)
    {
        if (
            !long.TryParse(message.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !_waiting.TryRemove(number, out var call)
        )
        {
            return;
        }

        HasOpened(call.Method, message.Kind == MessageKind.Result ? message.Inner.ToArray() : default);
        call.Events.Add(StdioMessage.Answer(message, call.Id).Span, last: true);
    }

    private void Tell(Message message, ReadOnlyMemory<byte> line)
    {
        if (message.Method == "notifications/progress")
        {
            if (
                CallParams.Read(message.Inner) is { } said
                && said.Member("progressToken") is { ValueKind: System.Text.Json.JsonValueKind.Number } token
                && token.TryGetInt64(out var number)
                && _waiting.TryGetValue(number, out var call)
                && call.Token is { } own
            )
            {
                call.Events.Add(
                    StdioMessage.Notification(message.Method, said, "progressToken", own).Span,
                    last: false
                );
            }

            return;
        }

        foreach (var listener in _listeners.Values)
        {
            listener.Add(line.Span, last: false);
        }

        // What is said during the only request is most likely about it: a client without a stream of its own hears it so.
        if (_listeners.IsEmpty && _waiting.Count == 1)
        {
            _waiting.Values.FirstOrDefault()?.Events.Add(line.Span, last: false);
        }
    }

    // A pipe doesn't say for whom it asks: who called last is asked, else who listens.
    private void Ask(Message message, ReadOnlyMemory<byte> line)
    {
        var asked =
            _waiting.ToArray().OrderByDescending(w => w.Key).Select(w => w.Value.Events).FirstOrDefault()
            ?? _listeners.Values.FirstOrDefault();
        if (asked is not null)
        {
            asked.Add(line.Span, last: false);
            return;
        }

        var refusal = new RpcError(RpcError.NoSuchMethod, "the client answers no such request");
        _lines.Writer.TryWrite(refusal.ToMessage(message.Id));
    }

    // Whoever waits to open it is let go on: to what was answered, or to open it after all.
    private void HasOpened(string method, ReadOnlyMemory<byte> answer)
    {
        if (method != Methods.Initialize)
        {
            return;
        }

        lock (_opening)
        {
            Opened = answer.IsEmpty ? Opened : answer;
            _opener?.TrySetResult();
            _opener = null;
        }
    }

    private static string TextOf(long number) => number.ToString(CultureInfo.InvariantCulture);
}
