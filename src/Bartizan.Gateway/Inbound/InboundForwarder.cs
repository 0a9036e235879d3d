using System.IO.Pipelines;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Sends a granted request to the agent and passes its answer on, piece by piece as guards let it. What the agent is sent is made anew:
/// nothing of a caller's request but its method, path, query, body and the headers that pass.
/// </summary>
internal sealed class InboundForwarder(
    UpstreamConnections connections,
    Uri? upstream,
    ServeLimits limits,
    BodiesInFlight held,
    TimeProvider clock
)
{
    /// <summary>The session that the agent's own calls are to be made as.</summary>
    public const string SessionHeader = "bartizan-session";

    /// <summary>What they are made with.</summary>
    public const string TokenHeader = "bartizan-token";

    /// <summary>Where they are made, as JSON.</summary>
    public const string EndpointsHeader = "bartizan-endpoints";

    /// <summary>What is read at once.</summary>
    private const int ReadBytes = 16 << 10;

    /// <summary>Written and not flushed: a caller that reads slowly holds up what it reads, and no more is kept for it.</summary>
    private const long MaxUnflushedBytes = 64 << 10;

    private static readonly UriCreationOptions s_exact = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The connections to the agent of a session, and its address.</summary>
    public (HttpMessageInvoker Invoker, Uri Address) AgentOf(ServedSession session) =>
        session.Agent is { } own ? (own.Invoker, own.Address)
        : upstream is not null ? (connections.For(upstream, null), upstream)
        : throw new AgentUnavailableException(503, "its agent isn't there");

    /// <summary>Forwards; never throws for what the agent or the caller does.</summary>
    public async Task<Outcome> ForwardAsync(
        HttpContext context,
        InboundCall call,
        ServedSession session,
        Passage passage,
        AnswerHeaders answers,
        CallerStanding standing,
        CancellationToken cancellationToken
    )
    {
        using var silent = new CancellationTokenSource(limits.FirstByte, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            passage.Revoked,
            silent.Token
        );
        using var room = new HeldAnswer(held.ShareOf(call.Turn, Heading.Back));
        var carried = new Carried(room);
        try
        {
            var (invoker, address) = AgentOf(session);
            using var request = RequestOf(context.Request, call, session, address);
            using var response = await invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            silent.CancelAfter(Timeout.InfiniteTimeSpan);
            var status = (int)response.StatusCode;
            if (status is < 200 or > 599)
            {
                throw new BrokenInboundException("the agent answered with a status that is none");
            }

            var isWatched = Begin(passage, response);
            context.Response.StatusCode = status;
            answers.Pass(response, context.Response);
            if (!isWatched && LengthOf(response) is { } length)
            {
                context.Response.ContentLength = length;
            }

            if (HttpMethods.IsHead(context.Request.Method) || status is 204 or 304)
            {
                return new Outcome(Kind(status), $"{status}", new Usage { BytesOut = call.Body.Length });
            }

            carried.IsHeld = isWatched && !IsStream(response);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
            var lost = standing.LostAsync(context.Request, call.Caller, !IsStream(response), over.Token);
            var passing = PassBodyAsync(context, passage, response, carried, over.Token);
            await CallerStanding.WhileHeldAsync(passing, lost, over).ConfigureAwait(false);
            return new Outcome(
                Kind(status),
                $"{status}",
                new Usage { BytesOut = call.Body.Length, BytesIn = carried.Read }
            )
            {
                IsCallersFault = status is >= 400 and < 500,
            };
        }
        catch (Exception e)
        {
            var (kind, status, sentence) = Explain(e, context, passage, silent, cancellationToken);
            // INVARIANT: nothing follows what was passed on of an answer that isn't whole.
            if (context.Response.HasStarted || carried.IsPassed || status == 0)
            {
                context.Abort();
            }
            else
            {
                context.Response.Clear();
                answers.Begin(context.Response, call.Id);
                await InboundProblem.WriteAsync(context, status, call.Id).ConfigureAwait(false);
            }

            return new Outcome(kind, sentence, new Usage { BytesOut = call.Body.Length, BytesIn = carried.Read });
        }
    }

    private static OutcomeKind Kind(int status) => status < 500 ? OutcomeKind.Done : OutcomeKind.Failed;

    // What guards look for in an answer they can only find where it isn't packed; it was asked for plain.
    private static bool Begin(Passage passage, HttpResponseMessage response)
    {
        var headers = response.Content.Headers.NonValidated;
        if (
            headers.TryGetValues("Content-Encoding", out var packed)
            && !packed.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new BrokenInboundException("the agent's answer is packed, and was asked for plain");
        }

        var said = AnswerType.Of(headers);
        return passage.Watch(said);
    }

    private async Task PassBodyAsync(
        HttpContext context,
        Passage passage,
        HttpResponseMessage response,
        Carried carried,
        CancellationToken cancellationToken
    )
    {
        var writer = context.Response.BodyWriter;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var unflushed = 0L;
        while (true)
        {
            // A read of nothing waits for something without a buffer; while it waits, what came before goes out, the headers first.
            var ready = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if ((!ready.IsCompleted && (carried.IsPassed || !carried.IsHeld)) || unflushed >= MaxUnflushedBytes)
            {
                await FlushAsync(writer, cancellationToken).ConfigureAwait(false);
                unflushed = 0;
            }

            await ready.ConfigureAwait(false);
            var memory = writer.GetMemory(ReadBytes);
            var length = await body.ReadAsync(memory[..ReadBytes], cancellationToken).ConfigureAwait(false);
            if (length == 0)
            {
                break;
            }

            carried.Letters.Take(memory.Span[..length]);
            carried.Read += length;
            if (carried.Read > limits.AnswerBytes)
            {
                throw new PassageCutException("the answer is longer than `serve.limits.response`");
            }

            var inspection = await passage.InspectAsync(memory[..length], cancellationToken).ConfigureAwait(false);
            unflushed += Take(writer, inspection, passage, carried);
            carried.Room.Hold(passage.HeldBytes + unflushed);
        }

        var rest = await passage.EndAsync(cancellationToken).ConfigureAwait(false);
        Take(writer, rest, passage, carried);
        await FlushAsync(writer, cancellationToken).ConfigureAwait(false);
    }

    private static long Take(PipeWriter writer, Inspection inspection, Passage passage, Carried carried)
    {
        if (inspection.Verdict is not (InspectionVerdict.Forward or InspectionVerdict.Replace))
        {
            throw new PassageCutException(passage.Objection ?? passage.CutBecause);
        }

        carried.IsPassed |= !inspection.Bytes.IsEmpty;

        // What is passed on as it came lies in the writer's memory already.
        if (inspection.Verdict == InspectionVerdict.Forward)
        {
            writer.Advance(inspection.Bytes.Length);
        }
        else if (!inspection.Bytes.IsEmpty)
        {
            System.Buffers.BuffersExtensions.Write(writer, inspection.Bytes.Span);
        }

        return inspection.Bytes.Length;
    }

    private static async ValueTask FlushAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        var flushed = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException();
        }
    }

    /// <summary>The headers that the agent is sent, whatever is asked: the caller's that pass, and ours.</summary>
    public static IEnumerable<(string Name, string Value)> HeadersOf(InboundCall call, ServedSession session) =>
        [
            .. call.Passed.Where(one => one.Name != "content-type"),
            (SessionHeader, session.Session.Id.ToString()),
            .. session.Agent is null
                ? [(TokenHeader, session.Token), (EndpointsHeader, session.Endpoints)]
                : (ReadOnlySpan<(string, string)>)[],
            (InboundProblem.IdHeader, call.Id),
        ];

    /// <summary>The address at the agent, to the letter as it was decided.</summary>
    public static Uri AddressOf(Uri upstream, InboundCall call, string scheme) =>
        new($"{scheme}://{upstream.Authority}{call.Form.Target.Path}{call.Form.Query}", s_exact);

    private static HttpRequestMessage RequestOf(HttpRequest from, InboundCall call, ServedSession session, Uri upstream)
    {
        var address = AddressOf(upstream, call, upstream.Scheme);
        var request = new HttpRequestMessage(HttpMethod.Parse(from.Method), address);
        if (InboundForm.HasBody(from))
        {
            request.Content = new ReadOnlyMemoryContent(call.Body);
            foreach (var (name, value) in call.Passed.Where(one => one.Name == "content-type"))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        request.Headers.TryAddWithoutValidation("accept-encoding", "identity");
        foreach (var (name, value) in HeadersOf(call, session))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static long? LengthOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var values)
        && values.Count == 1
        && long.TryParse(values.ToString(), out var length)
            ? length
            : null;

    private static (OutcomeKind Kind, int Status, string Sentence) Explain(
        Exception e,
        HttpContext context,
        Passage passage,
        CancellationTokenSource silent,
        CancellationToken limit
    )
    {
        if (e is PassageCutException or NoRoomException)
        {
            return (OutcomeKind.Cut, e is NoRoomException ? 503 : 502, e.Message);
        }

        if (passage.Revoked.IsCancellationRequested)
        {
            return (OutcomeKind.Cut, 503, "the session is over");
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return (OutcomeKind.Cancelled, 0, "the caller went away");
        }

        if (silent.IsCancellationRequested || limit.IsCancellationRequested)
        {
            return (OutcomeKind.Failed, 504, "the agent took too long");
        }

        if (AgentUnavailableException.In(e) is { } unavailable)
        {
            return (OutcomeKind.Failed, unavailable.Status, unavailable.Message);
        }

        return e switch
        {
            BrokenInboundException => (OutcomeKind.Failed, 502, e.Message),
            OperationCanceledException => (OutcomeKind.Cancelled, 0, "the caller went away"),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => (
                OutcomeKind.Failed,
                502,
                "the agent can't be reached"
            ),
            _ => (OutcomeKind.Failed, 502, "the agent gave no valid answer"),
        };
    }

    private static bool IsStream(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private sealed class Carried(HeldAnswer room)
    {
        public HeldAnswer Room => room;

        public long Read { get; set; }

        public bool IsPassed { get; set; }

        public AnswerLetters Letters { get; } = new();

        // Until guards have seen all of it, nothing is said of how it ends: not even its status.
        public bool IsHeld { get; set; }
    }
}
