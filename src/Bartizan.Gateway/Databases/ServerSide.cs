using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Databases;

/// <summary>What a server answers, message by message: step 6 of the gateway's drawing.</summary>
internal sealed class ServerSide(
    DatabaseWiring wiring,
    DatabaseConnection connection,
    WireStream agent,
    WireStream server
)
{
    private readonly List<byte[]> _rows = [];
    private byte _kind;
    private int _bytes;
    private long _taken;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await server.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Type is (byte)'D' or (byte)'d')
            {
                await KeepAsync(message, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await PassRowsAsync(cancellationToken).ConfigureAwait(false);
            await TakeAsync(message, cancellationToken).ConfigureAwait(false);
            if (!server.HasNext || agent.IsFull)
            {
                await agent.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        throw new WireBrokenException("the server closed the connection", "08006");
    }

    private async ValueTask TakeAsync(WireMessage message, CancellationToken cancellationToken)
    {
        switch ((char)message.Type)
        {
            case '1':
                Answered(ExpectedAnswer.Parse, message);
                break;
            case '2':
                Answered(ExpectedAnswer.Bind, message);
                break;
            case '3':
                Answered(ExpectedAnswer.Close, message);
                break;
            case 't':
                if (Head is { Answer: ExpectedAnswer.DescribeStatement, Prepared: { } taking })
                {
                    taking.Takes = ServerMessages.ReadTaken(message.Body);
                }

                agent.Write(message.Type, message.Body);
                break;
            case 'T' or 'n':
                if (Head.Answer is ExpectedAnswer.DescribeStatement or ExpectedAnswer.DescribePortal)
                {
                    if (message.Type == 'T' && Head.Prepared is { } giving)
                    {
                        giving.Gives = ServerMessages.ReadGiven(message.Body);
                    }

                    _ = connection.TakeAnswered();
                }

                agent.Write(message.Type, message.Body);
                break;
            case 'C' or 'I' or 's':
                await EndedAsync(message).ConfigureAwait(false);
                break;
            case 'E':
                await FailedAsync(message, cancellationToken).ConfigureAwait(false);
                break;
            case 'Z':
                await ReadyAsync(message).ConfigureAwait(false);
                break;
            case 'N':
                await NoticeAsync(message, cancellationToken).ConfigureAwait(false);
                break;
            case 'S' or 'H' or 'c':
                agent.Write(message.Type, message.Body);
                break;
            case 'A':
                // Nobody here can listen: it is no answer to anything.
                break;
            default:
                throw new WireBrokenException($"the server says `{(char)message.Type}`, which nothing asked for");
        }
    }

    private bool _skips;

    private Pending Head =>
        connection.Pending.TryPeek(out var head)
            ? head
            : throw new WireBrokenException("the server answers what nobody asked");

    private void Answered(ExpectedAnswer answer, WireMessage message)
    {
        if (Head.Answer != answer)
        {
            throw new WireBrokenException("the server answers something else than it was asked");
        }

        var pending = connection.TakeAnswered();
        if (pending!.Hidden is null)
        {
            agent.Write(message.Type, message.Body);
        }
    }

    private async ValueTask EndedAsync(WireMessage message)
    {
        var head = Head;
        if (head.Answer is not (ExpectedAnswer.Execute or ExpectedAnswer.Query))
        {
            throw new WireBrokenException("the server ends a statement that nobody sent");
        }

        if (head.Passage is { } passage)
        {
            await CompleteAsync(passage, new Outcome(OutcomeKind.Done, TagOf(message), Used())).ConfigureAwait(false);
        }

        head.At++;
        if (head.Answer == ExpectedAnswer.Execute)
        {
            _ = connection.TakeAnswered();
        }

        agent.Write(message.Type, message.Body);
    }

    private async ValueTask FailedAsync(WireMessage message, CancellationToken cancellationToken)
    {
        var error = ErrorText.Of(message.Body);
        if (!connection.Pending.TryPeek(out var head) || error.IsFatal)
        {
            agent.Write(message.Type, message.Body);
            await agent.FlushAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (head.Refused is { } refused)
        {
            agent.Write((byte)'E', WireBody.Error("ERROR", refused.Code, refused.Message, refused.Hint));
        }
        else
        {
            agent.Write(
                (byte)'E',
                await SeenAsync(head.Passage, error, message.Body, cancellationToken).ConfigureAwait(false)
            );
        }

        await FailAsync(head, error).ConfigureAwait(false);
        if (head.Answer == ExpectedAnswer.Query)
        {
            return;
        }

        _skips = true;
        await SkipAsync().ConfigureAwait(false);
    }

    // INVARIANT: the server skips what follows an error of the extended protocol, whatever it is, up to the Sync; so what waits for an
    // answer never gets one, what was sent meanwhile included, and the next that is ready is the Sync.
    private async ValueTask SkipAsync()
    {
        while (connection.Pending.TryPeek(out var next) && next.Answer != ExpectedAnswer.Sync)
        {
            _ = connection.TakeAnswered();
            await FailAsync(next, null).ConfigureAwait(false);
            if (next.Hidden is { } stale)
            {
                (stale.Kind == 'S' ? connection.Statements.Stale : connection.Portals.Stale).Enqueue(stale);
            }
        }
    }

    private async ValueTask FailAsync(Pending pending, ErrorText? error)
    {
        foreach (var passage in pending.Passages.Skip(pending.At).OfType<Passage>())
        {
            await CompleteAsync(
                    passage,
                    error is { } said
                        ? new Outcome(OutcomeKind.Failed, said.Code, Used()) { IsCallersFault = true }
                        : new Outcome(OutcomeKind.Cancelled, "it never ran") { IsFree = true }
                )
                .ConfigureAwait(false);
            error = null;
        }

        pending.At = pending.Passages.Length;
    }

    private async ValueTask ReadyAsync(WireMessage message)
    {
        if (_skips)
        {
            await SkipAsync().ConfigureAwait(false);
            _skips = false;
        }

        // An error within a Query leaves it to the end; an empty one never began a statement.
        if (Head.Answer is not (ExpectedAnswer.Query or ExpectedAnswer.Sync))
        {
            throw new WireBrokenException("the server is ready before it has answered");
        }

        var pending = connection.TakeAnswered();
        await FailAsync(pending!, null).ConfigureAwait(false);
        agent.Write(message.Type, message.Body);
    }

    // What a trigger or a check says can hold rows: it is content, like those.
    private async ValueTask NoticeAsync(WireMessage message, CancellationToken cancellationToken)
    {
        if (connection.Pending.TryPeek(out var head))
        {
            var body = await SeenAsync(head.Passage, ErrorText.Of(message.Body), message.Body, cancellationToken)
                .ConfigureAwait(false);
            agent.Write(message.Type, body);
        }
    }

    private static async ValueTask<byte[]> SeenAsync(
        Passage? passage,
        ErrorText error,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        if (passage is null)
        {
            return body;
        }

        var shown = JsonSerializer.SerializeToUtf8Bytes(new { error = error.All });
        var seen = await passage.InspectAsync(shown, cancellationToken).ConfigureAwait(false);
        return seen.Verdict == InspectionVerdict.Forward
            ? body
            : WireBody.Error("ERROR", error.Code, "bartizan took the server's words away").ToArray();
    }

    private async ValueTask KeepAsync(WireMessage message, CancellationToken cancellationToken)
    {
        if (_rows.Count > 0 && _kind != message.Type)
        {
            await PassRowsAsync(cancellationToken).ConfigureAwait(false);
        }

        _kind = message.Type;
        _rows.Add(message.Body);
        _bytes += message.Body.Length;
        if (_bytes >= wiring.Options.RowBytes || !server.HasNext)
        {
            await PassRowsAsync(cancellationToken).ConfigureAwait(false);
            await agent.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask PassRowsAsync(CancellationToken cancellationToken)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var head = Head;
        if (head.Answer is not (ExpectedAnswer.Execute or ExpectedAnswer.Query))
        {
            throw new WireBrokenException("the server sends rows that nobody asked for");
        }

        _taken += _bytes;
        IReadOnlyList<byte[]> rows = _rows;
        if (head.Passage is { } passage)
        {
            rows = await InspectedAsync(passage, head, cancellationToken).ConfigureAwait(false);
        }

        foreach (var row in rows)
        {
            agent.Write(_kind, row);
        }

        _rows.Clear();
        _bytes = 0;
    }

    private async ValueTask<IReadOnlyList<byte[]>> InspectedAsync(
        Passage passage,
        Pending head,
        CancellationToken cancellationToken
    )
    {
        // A line of COPY is a row of one value, and text: the server takes no heed of what formats were asked for.
        var isCopy = _kind == 'd';
        var shape = isCopy ? RowShape.Text : new RowShape(head.Formats, head.Prepared?.Gives ?? []);
        List<byte[]> rows = isCopy ? [.. _rows.Select(row => ResultRows.RowOf(row))] : _rows;
        var shown = ResultRows.Show(rows, shape);
        var seen = await passage.InspectAsync(shown, cancellationToken).ConfigureAwait(false);
        var passed = seen.Verdict switch
        {
            InspectionVerdict.Forward => rows,
            InspectionVerdict.Replace => ResultRows.Take(seen.Bytes, rows, shape),
            _ => null,
        };
        if (passed is null)
        {
            await CompleteAsync(passage, new Outcome(OutcomeKind.Cut, "its rows were kept from the agent", Used()))
                .ConfigureAwait(false);
            throw new WireBrokenException(
                "bartizan kept rows of the result from the agent, and ends the connection",
                "57014"
            );
        }

        return isCopy ? [.. passed.Select(row => ResultRows.ValueOf(row).ToArray())] : passed;
    }

    private static async ValueTask CompleteAsync(Passage passage, Outcome outcome)
    {
        await passage.CompleteAsync(outcome).ConfigureAwait(false);
        await passage.DisposeAsync().ConfigureAwait(false);
    }

    private Usage Used()
    {
        var used = new Usage { BytesIn = _taken };
        _taken = 0;
        return used;
    }

    private static string TagOf(WireMessage message) =>
        message.Type switch
        {
            (byte)'C' => Encoding.ASCII.GetString(message.Body).TrimEnd('\0'),
            (byte)'s' => "more rows wait",
            _ => "nothing to do",
        };
}
