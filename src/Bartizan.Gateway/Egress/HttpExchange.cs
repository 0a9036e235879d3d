using System.Globalization;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Gateway.Egress.Intercepted;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// One cleartext request and its answer: steps 3 to 8 for HTTP. One decision, one connection to the other side, one request
/// on it; so nothing of another request can ride along.
/// </summary>
internal sealed class HttpExchange(
    EgressWiring wiring,
    EgressConnection connection,
    WireReader reader,
    RequestHead request
)
{
    private static readonly ReadOnlyMemory<byte> LastChunk = "0\r\n\r\n"u8.ToArray();

    private long _out;
    private long _in;
    private string? _cut;
    private HeldBody? _held;
    private CleartextLook? _look;

    /// <summary>Carries it out; true when the connection may carry another request.</summary>
    public async ValueTask<bool> RunAsync(SessionId session)
    {
        // 3
        var to = request.Destination;
        var target = new HttpTarget(request.Method, "http", to.Host, to.Port, to.Path);
        var action = new AgentAction
        {
            Session = session,
            Target = target,
            Point = EgressWiring.Point,
            Query = to.Query,
        };
        using var room = wiring.Held.Open(session);
        if (wiring.Monitor.WantsContent(action))
        {
            var (read, problem) = await HoldAsync(action, room).ConfigureAwait(false);
            if (problem is not null)
            {
                await wiring.Monitor.RefuseAsync(action, problem).ConfigureAwait(false);
                await connection.EndWithAsync(Answers.Refused(problem)).ConfigureAwait(false);
                return false;
            }

            action = read;
        }

        _look = new CleartextLook(wiring.Injector, request, action);
        if (await _look.CheckAsync(_held).ConfigureAwait(false) is { } misplaced)
        {
            await wiring.Monitor.RefuseAsync(action, misplaced).ConfigureAwait(false);
            await connection.EndWithAsync(Answers.Refused(misplaced)).ConfigureAwait(false);
            return false;
        }

        await using var passage = await wiring.Monitor.RequestAsync(action, connection.Ending).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await connection.EndWithAsync(Answers.Refused(target, passage.Decision)).ConfigureAwait(false);
            return false;
        }

        // While it waited, a rule began to hold that guards come with, and they have read nothing.
        if (_held is null && wiring.Monitor.WantsContent(action))
        {
            await passage
                .CompleteAsync(new Outcome(OutcomeKind.Cut, NotPut.Unread) { IsFree = true })
                .ConfigureAwait(false);
            await connection.EndWithAsync(Answers.Refused(NotPut.Unread)).ConfigureAwait(false);
            return false;
        }

        // A credential on a connection that anybody on the way can read would be given away.
        if (passage.Obligations.Credential is not null)
        {
            const string Problem = "a credential is never put into cleartext HTTP";
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, Problem)).ConfigureAwait(false);
            await connection.EndWithAsync(Answers.Refused(Problem)).ConfigureAwait(false);
            return false;
        }

        // Before anything is dialed: nothing was sent then.
        var head = _held?.Head ?? request.ToUpstream();
        if (!passage.TryPass(head.Length, Heading.Out))
        {
            var problem = passage.CutBecause;
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, problem) { IsFree = true }).ConfigureAwait(false);
            await connection.EndWithAsync(Answers.Refused(problem)).ConfigureAwait(false);
            return false;
        }

        // 4, 5, 6
        using var revoked = passage.Revoked.UnsafeRegister(static one => ((EgressConnection)one!).Abort(), connection);
        var dialed = await wiring
            .Upstream.DialAsync(to.Host, to.Port, passage.Obligations.PrivateAddresses, connection.Ending)
            .ConfigureAwait(false);
        if (dialed.Socket is not { } upstream)
        {
            await passage.CompleteAsync(dialed.ToOutcome()).ConfigureAwait(false);
            await connection.EndWithAsync(dialed.ToAnswer()).ConfigureAwait(false);
            return false;
        }

        if (!connection.TryOwn(upstream))
        {
            return false;
        }

        // 8
        using var back = new WireReader(upstream, wiring.Options.MaxHeadBytes);
        using var idle = new IdleWatch(wiring.Clock, wiring.Options.IdleWithin, GiveUp);
        var upload = UploadAsync(passage, upstream, head, idle);
        try
        {
            return await AnswerAsync(passage, upstream, back, upload, idle).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "the session ended")).ConfigureAwait(false);
            return false;
        }
        finally
        {
            // Its pending read must not outlive the reader's buffer.
            await ((Task)upload).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Guards read the whole request before it is decided; a client that waits to be asked for its body is asked.
    private async ValueTask<(AgentAction Action, string? Problem)> HoldAsync(AgentAction action, HeldBytes.Share room)
    {
        if (request.Body.Kind != BodyKind.None && request.Fields.Any(f => f.Is("Expect")))
        {
            await connection.Client.TrySendAsync(Answers.Continue, connection.Ending).ConfigureAwait(false);
        }

        var held = new HeldBody();
        using var idle = new IdleWatch(wiring.Clock, wiring.Options.HeadWithin, GiveUp);
        using var whole = new IdleWatch(wiring.Clock, wiring.Options.HoldWithin, GiveUp);
        var problem = await held.ReadAsync(new BodyReader(reader, request.Body), room, idle, connection.Ending)
            .ConfigureAwait(false);
        var payloads = problem is null ? held.ToPayloads(request, room) : null;
        _held = held;
        return payloads is { } all
            ? (action with { Payloads = all }, null)
            : (action, problem ?? "its body is packed in a way, or to a size, that guards can't read");
    }

    private async ValueTask<bool> AnswerAsync(
        Passage passage,
        Socket upstream,
        WireReader back,
        Task<bool> upload,
        IdleWatch idle
    )
    {
        var (outcome, end) = await DownloadAsync(passage, upstream, back, upload, idle).ConfigureAwait(false);
        if (passage.Revoked.IsCancellationRequested || _cut is not null)
        {
            outcome = new Outcome(OutcomeKind.Cut, _cut ?? "the session ended");
        }

        await passage
            .CompleteAsync(
                outcome with
                {
                    Usage = new Usage { BytesOut = _out, BytesIn = _in },
                }
            )
            .ConfigureAwait(false);
        if (end == ClientEnd.Keep && await upload.ConfigureAwait(false))
        {
            return true;
        }

        // Whoever still uploads finds the other side gone, or, at last, the client.
        upstream.Dispose();
        if (end == ClientEnd.Reset)
        {
            connection.Abort();
        }
        else
        {
            await connection.Client.LingerAsync(wiring.Clock, connection.Ending).ConfigureAwait(false);
            connection.Client.Dispose();
        }

        return false;
    }

    private void GiveUp()
    {
        _cut ??= "nothing moved for too long";
        connection.Abort();
    }

    /// <summary>Sends head and body; true when all of it was sent.</summary>
    private async Task<bool> UploadAsync(Passage passage, Socket upstream, ReadOnlyMemory<byte> head, IdleWatch idle)
    {
        if (!await upstream.TrySendAsync(head, CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        if (request.Body.Kind == BodyKind.None)
        {
            return true;
        }

        var chunked = request.Body.Kind == BodyKind.Chunked;
        if (_held is { } held)
        {
            _out += held.Bytes.Length;
            return (
                    held.Bytes.IsEmpty
                    || await PassAsync(passage, held.Bytes, upstream, Heading.Out, chunked).ConfigureAwait(false)
                ) && (!chunked || await upstream.TrySendAsync(LastChunk, CancellationToken.None).ConfigureAwait(false));
        }

        var body = new BodyReader(reader, request.Body);
        while (true)
        {
            var (state, bytes) = await body.ReadAsync(connection.Ending).ConfigureAwait(false);
            idle.Touch();
            if (state == BodyState.Broken)
            {
                // The other side must not take half a body for a whole one.
                connection.Abort();
                return false;
            }

            if (await _look!.TakeAsync(bytes, state == BodyState.End).ConfigureAwait(false) is not { } piece)
            {
                _cut ??= PlaceholderCheck.Elsewhere;
                connection.Abort();
                return false;
            }

            if (
                !piece.IsEmpty && !await PassAsync(passage, piece, upstream, Heading.Out, chunked).ConfigureAwait(false)
            )
            {
                return false;
            }

            if (state == BodyState.End)
            {
                return !chunked || await upstream.TrySendAsync(LastChunk, CancellationToken.None).ConfigureAwait(false);
            }

            _out += bytes.Length;
            body.Advance(bytes.Length);
        }
    }

    private async ValueTask<(Outcome Outcome, ClientEnd End)> DownloadAsync(
        Passage passage,
        Socket upstream,
        WireReader back,
        Task<bool> upload,
        IdleWatch idle
    )
    {
        var (response, problem) = await AnswerHead
            .ReadAsync(wiring, connection, request, passage, back, idle)
            .ConfigureAwait(false);
        if (response is null && passage.Reservation?.Exhausted is { } exhausted)
        {
            _cut ??= exhausted;
            await connection.Client.TrySendAsync(Answers.Refused(exhausted), connection.Ending).ConfigureAwait(false);
            return (new Outcome(OutcomeKind.Cut, exhausted), ClientEnd.Close);
        }

        if (response is null || (response.IsSwitch && !request.WebSocket))
        {
            problem = response is null ? problem : "it switched to a protocol that nobody asked for";
            problem = $"`{request.Destination.Authority}` gave no answer that can be read: {problem}";
            var answer = Answers.Failed(DialEnd.Unreachable, problem);
            await connection.Client.TrySendAsync(answer, connection.Ending).ConfigureAwait(false);
            return (new Outcome(OutcomeKind.Failed, problem), ClientEnd.Close);
        }

        var status = response.Status.ToString(CultureInfo.InvariantCulture);
        if (response.IsSwitch)
        {
            await upload.ConfigureAwait(false);
            var head = response.ToClient(BodyFraming.None, close: false);
            await connection.Client.TrySendAsync(head, connection.Ending).ConfigureAwait(false);
            var tunnel = new Tunnel(wiring, connection, passage, reader, upstream);
            var outcome = await tunnel.RunAsync(check: null, tlsOnly: false, back.Buffered).ConfigureAwait(false);
            (_out, _in) = (outcome.Usage!.BytesOut, outcome.Usage.BytesIn);
            return (outcome, outcome.Kind == OutcomeKind.Done ? ClientEnd.Close : ClientEnd.Reset);
        }

        // Nobody can tell a client of HTTP/1.0 about chunks.
        var unframed =
            response.Body.Kind == BodyKind.UntilClose || (request.Http10 && response.Body.Kind == BodyKind.Chunked);
        var framing = unframed ? BodyFraming.UntilClose : response.Body;
        var keep =
            request.KeepAlive && !unframed && (request.Body.Kind == BodyKind.None || upload.IsCompletedSuccessfully);
        if (
            !await connection
                .Client.TrySendAsync(response.ToClient(framing, !keep), connection.Ending)
                .ConfigureAwait(false)
        )
        {
            return (new Outcome(OutcomeKind.Cancelled, status), ClientEnd.Reset);
        }

        var kind = await CopyAsync(passage, new BodyReader(back, response.Body), framing.Kind == BodyKind.Chunked, idle)
            .ConfigureAwait(false);
        var end =
            kind != OutcomeKind.Done ? ClientEnd.Reset
            : keep ? ClientEnd.Keep
            : ClientEnd.Close;
        return (new Outcome(kind, status), end);
    }

    private async ValueTask<OutcomeKind> CopyAsync(Passage passage, BodyReader body, bool chunked, IdleWatch idle)
    {
        while (true)
        {
            var (state, bytes) = await body.ReadAsync(connection.Ending).ConfigureAwait(false);
            idle.Touch();
            if (state == BodyState.Broken)
            {
                return OutcomeKind.Failed;
            }

            if (state == BodyState.End)
            {
                var told =
                    !chunked
                    || await connection.Client.TrySendAsync(LastChunk, connection.Ending).ConfigureAwait(false);
                return told ? OutcomeKind.Done : OutcomeKind.Cancelled;
            }

            if (!await PassAsync(passage, bytes, connection.Client, Heading.Back, chunked).ConfigureAwait(false))
            {
                return OutcomeKind.Cancelled;
            }

            _in += bytes.Length;
            body.Advance(bytes.Length);
        }
    }

    /// <summary>
    /// Step 9 for one piece: held while the session is paused. A body's length may already be told, so a piece is forwarded as
    /// it is or the exchange is cut.
    /// </summary>
    private async ValueTask<bool> PassAsync(
        Passage passage,
        ReadOnlyMemory<byte> bytes,
        Socket sink,
        Heading heading,
        bool chunked
    )
    {
        var inspection = await passage.InspectAsync(bytes, heading, connection.Ending).ConfigureAwait(false);
        if (inspection.Verdict != InspectionVerdict.Forward)
        {
            _cut ??= passage.CutBecause;
            connection.Abort();
            return false;
        }

        if (!chunked)
        {
            return await sink.TrySendAsync(inspection.Bytes, CancellationToken.None).ConfigureAwait(false);
        }

        return await ChunkedPiece.TrySendAsync(sink, inspection.Bytes).ConfigureAwait(false);
    }
}
