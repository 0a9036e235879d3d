using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// Passes on what a server says on a stream of its own (GET), the rest of one that broke off among it. An answer there that people are
/// asked about waits beside the stream, and what comes after it passes. Until it is given no event's id passes: a client that comes back
/// asks for all since then.
/// </summary>
internal sealed class ListenedStream(
    ToolWiring wiring,
    SessionTools tools,
    AnswerWriter writer,
    Mediation mediation,
    ClientSession client,
    Func<ReadOnlyMemory<byte>, Task> tell
)
{
    /// <summary>Answers held beside one stream; behind a further one, or one that there is no memory for, what comes waits.</summary>
    private const int MaxHeld = 8;

    private readonly List<(Task<Mediated> Taking, string Id, CancellationTokenSource Cancel, int Bytes)> _held = [];
    private readonly TaskCompletionSource _never = new();
    private string? _last;
    private bool _unflushed = true;

    /// <summary>Passes it on until it ends and nothing of it is held any more.</summary>
    public async Task PassAsync(ServerAnswer answer, CancellationToken cancellationToken)
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var events = new EventReader(body, buffer, cancellationToken);
        writer.BeginStream(client.Id);
        try
        {
            for (var isOver = false; !isOver || _held.Count > 0; )
            {
                isOver = isOver || !await NextAsync(events, cancellationToken).ConfigureAwait(false);
                if (isOver && _held.Count > 0)
                {
                    await WaitAsync(_never.Task, cancellationToken).ConfigureAwait(false);
                }
                else if (!isOver)
                {
                    await TakeAsync(events, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            foreach (var (taking, id, cancel, bytes) in _held)
            {
                await cancel.CancelAsync().ConfigureAwait(false);
                await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                client.LetGo(id, cancel);
                cancel.Dispose();
                tools.Release(bytes);
            }
        }
    }

    // False at the end; one that breaks off while an answer is held is over like another.
    private async Task<bool> NextAsync(EventReader events, CancellationToken cancellationToken)
    {
        var next = events.NextAsync();
        while (!next.IsCompleted)
        {
            await WaitAsync(next, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await next.ConfigureAwait(false);
        }
        catch (Exception e) when (_held.Count > 0 && e is IOException or HttpRequestException)
        {
            return false;
        }
    }

    // Until something comes, or a held answer is decided; its client hears that the connection lives.
    private async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        if (_unflushed)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_held.Count == 0)
        {
            await Task.WhenAny(next).ConfigureAwait(false);
            return;
        }

        try
        {
            await Task.WhenAny([next, .. _held.Select(one => one.Taking)])
                .WaitAsync(wiring.Options.TellEvery, wiring.Clock, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            writer.WriteComment();
            _unflushed = true;
        }

        foreach (var one in _held.Where(one => one.Taking.IsCompleted).ToList())
        {
            _held.Remove(one);
            client.LetGo(one.Id, one.Cancel);
            one.Cancel.Dispose();
            tools.Release(one.Bytes);
            await GiveAsync(one.Taking, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task GiveAsync(Task<Mediated> taking, CancellationToken cancellationToken)
    {
        var taken = Mediated.Nothing;
        try
        {
            taken = await taking.ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Its client cancelled it: its call has an outcome, and the stream goes on.
        }

        await WriteAsync(taken, null, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeAsync(EventReader events, CancellationToken cancellationToken)
    {
        var (id, retry) = (events.Id, events.Retry);
        if (events.Data.IsEmpty)
        {
            await WriteAsync(Mediated.Nothing, id, retry, cancellationToken).ConfigureAwait(false);
            return;
        }

        var message = Message.Read(events.Data);
        if (
            message.Kind is not (MessageKind.Result or MessageKind.Error)
            || _held.Count >= MaxHeld
            || !tools.TryReserve(events.Data.Length)
        )
        {
            var taken = await mediation.TakeAsync(events.Data, null, cancellationToken).ConfigureAwait(false);
            await WriteAsync(taken, id, retry, cancellationToken).ConfigureAwait(false);
            return;
        }

        // A copy: what stands in the buffer goes with the next event.
        var (copy, answers) = (events.Data.ToArray(), message.Id);
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        client.Hold(answers, cancel);
        _held.Add((mediation.TakeAsync(copy, null, cancel.Token).AsTask(), answers, cancel, copy.Length));
        _last = id ?? _last;
        _unflushed |= retry is not null;
        if (retry is not null)
        {
            writer.WriteEvent(null, retry, default);
        }

        if (_held[^1].Taking.IsCompleted)
        {
            await WaitAsync(Task.CompletedTask, cancellationToken).ConfigureAwait(false);
        }
    }

    // What is left out still moves the place from which the stream goes on.
    private async Task WriteAsync(Mediated taken, string? id, string? retry, CancellationToken cancellationToken)
    {
        if (!taken.Refusal.IsEmpty)
        {
            await tell(taken.Refusal).ConfigureAwait(false);
        }

        _last = id ?? _last;
        id = _held.Count == 0 ? _last : null;
        _last = _held.Count == 0 ? null : _last;
        if (taken.Bytes.IsEmpty && id is null && retry is null)
        {
            return;
        }

        writer.WriteEvent(id, retry, taken.Bytes.Span);
        _unflushed = true;
        if (writer.IsFull)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        _unflushed = false;
    }
}
