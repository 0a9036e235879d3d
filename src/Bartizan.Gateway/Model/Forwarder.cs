using System.IO.Pipelines;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Model.Answers;
using Bartizan.Gateway.Model.Deciding;
using Bartizan.Gateway.Model.Held;
using Bartizan.Gateway.Model.Spending;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Carries a granted call out.
/// <code>
/// 1 credential ─ 2 request ─ 3 send ─ 4 status and headers ─ 5 body, chunk by chunk ─ outcome
/// </code>
/// An answer ends towards the agent exactly as it ended towards us: whole, or cut. It is never ended as if it were whole for a
/// reason of ours; then the agent's connection is aborted, or, when a budget ran out, the answer ends with an error.
/// </summary>
internal sealed class Forwarder(
    UpstreamConnections upstreams,
    ICredentialLender lender,
    TimeProvider clock,
    ModelGatewayOptions options,
    CallJudges? judges = null
)
{
    /// <summary>Answers this long are passed on before more is read, however fast the upstream is.</summary>
    private const int MaxUnflushedBytes = 64 << 10;

    /// <summary>Asked of the response's buffer for each read.</summary>
    private const int ReadBytes = 4096;

    private readonly UpstreamTries _tries = new(upstreams, clock);

    private readonly UpstreamRequests _requests = new(lender);

    /// <summary>Sends <paramref name="call"/> on and passes its answer back. Always answers the agent, always has an outcome.</summary>
    public async Task<Outcome> ForwardAsync(
        HttpContext context,
        ModelCall call,
        Passage passage,
        SessionTraffic traffic
    )
    {
        using var limit = new CancellationTokenSource(options.AnswerWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            passage.Revoked,
            limit.Token
        );
        AnswerReader? reader = null;
        var tried = new TriedCall();
        try
        {
            var sent = await _tries
                .SendAsync(
                    call.Upstream!,
                    passage,
                    (address, cancellation) => _requests.BuildAsync(context, call, address, passage, cancellation),
                    tried,
                    either.Token
                )
                .ConfigureAwait(false);
            using var request = sent.Request;
            using var response = sent.Response;
            var status = (int)response.StatusCode;
            reader = ReaderFor(call, response, status, passage.Reservation?.OutputTokens ?? long.MaxValue);
            var echo = KeyEcho.Of(request);
            var open = HeldStream.Takes(response) ? null : HeldStream.Of(context);
            if (open is not null)
            {
                await open.FailAsync(response, passage, reader, echo, either.Token).ConfigureAwait(false);
            }
            else if (call.Route.Kind == ModelRouteKind.List && response.IsSuccessStatusCode)
            {
                await PassListAsync(context, call, response, reader, echo, either.Token).ConfigureAwait(false);
            }
            else
            {
                var decided = DecidedAnswer.Concerns(call, status)
                    ? judges?.Of(call, response, context.Response.BodyWriter, either.Token)
                    : null;
                var watched = WatchedAnswer.Begin(passage, response);
                if (decided?.IsWhole != true)
                {
                    PassHead(context, response, status, echo);
                }

                if (!context.Response.HasStarted && (decided is { IsWhole: false } || (watched && decided is null)))
                {
                    // What is said in the place of a refused call, or of what was taken out, has a length of its own.
                    context.Response.ContentLength = null;
                }

                await PassBodyAsync(context, passage, response, reader, echo, decided, limit, either.Token)
                    .ConfigureAwait(false);
                if (decided is not null)
                {
                    await EndDecidedAsync(context, response, reader, echo, decided, either.Token).ConfigureAwait(false);
                }
            }

            var isNone = open is not null && status < 400;
            var detail = tried.Tell(HeldStream.DetailOf(status, isNone));
            var outcome = reader.ToOutcome(
                status < 400 && !isNone ? OutcomeKind.Done : OutcomeKind.Failed,
                detail,
                (long)call.Sent.Length * tried.Sent
            ) with
            {
                IsFree = ForwardingEnd.IsFree(status),
                IsCallersFault = status is >= 400 and < 500 and not 408 and not 429,
            };
            if (reader.Id is { } id && call.Route.Path == "/v1/responses")
            {
                traffic.Remember(id, call.Target);
            }

            return outcome;
        }
        catch (Exception e)
        {
            var bytes = (long)call.Sent.Length * tried.Sent;
            var (kind, status, sentence) = ForwardingEnd.Explain(e, context, call, passage, limit);
            if (
                e is PassageCutException { IsSpent: true }
                && await SpentAnswer
                    .TryEndAsync(
                        context,
                        call.Api,
                        reader?.Passed == true,
                        sentence,
                        passage.Objection is null ? "budget_spent" : "content_refused"
                    )
                    .ConfigureAwait(false)
            )
            {
                return WatchedAnswer.Told(reader!.ToOutcome(kind, tried.Tell(sentence), bytes), passage);
            }

            if (
                kind is OutcomeKind.Cut or OutcomeKind.Cancelled
                || (context.Response.HasStarted && HeldStream.Of(context) is null)
                || reader?.Passed == true
            )
            {
                context.Abort();
            }
            else
            {
                await AnswerAsync(context, call, status, sentence).ConfigureAwait(false);
            }

            return reader is not null
                ? WatchedAnswer.Told(reader.ToOutcome(kind, tried.Tell(sentence), bytes), passage)
                : new Outcome(kind, tried.Tell(ForwardingEnd.DetailOf(e, sentence)), new Usage { BytesOut = bytes })
                {
                    IsFree = ForwardingEnd.NeverLeft(e),
                };
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private AnswerReader ReaderFor(ModelCall call, HttpResponseMessage response, int status, long mostTokens)
    {
        var headers = response.Content.Headers.NonValidated;
        return new AnswerReader(
            call.Api,
            call.Route.Path,
            status,
            headers.TryGetValues("Content-Type", out var type) ? type.ToString() : null,
            headers.Contains("Content-Encoding"),
            options.KeptAnswerBytes
        )
        {
            MostTokens = mostTokens,
        };
    }

    private static void PassHead(HttpContext context, HttpResponseMessage response, int status, KeyEcho echo)
    {
        if (context.Response.HasStarted)
        {
            return; // It began while people were asked.
        }

        context.Response.StatusCode = status;
        context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = echo.Without(response.ReasonPhrase);
        PassedHeaders.CopyToAgent(response, context.Response, echo.Key);
    }

    private async Task PassBodyAsync(
        HttpContext context,
        Passage passage,
        HttpResponseMessage response,
        AnswerReader reader,
        KeyEcho echo,
        DecidedAnswer? decided,
        CancellationTokenSource limit,
        CancellationToken cancellationToken
    )
    {
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        var length = PassedHeaders.LengthOf(response);
        var writer = context.Response.BodyWriter;
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var held = ReadOnlyMemory<byte>.Empty;
        var unflushed = 0L;
        while (reader.Length != length)
        {
            // A read of nothing waits for something without a buffer: an idle stream costs little. While it waits, what came
            // before goes out, the headers first of all.
            var ready = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if ((!ready.IsCompleted || unflushed >= MaxUnflushedBytes) && decided?.IsWhole != true)
            {
                var flushed = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                unflushed = 0;
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    throw new OperationCanceledException();
                }
            }

            if (!ready.IsCompleted)
            {
                // Only the upstream's silence is timed: a paused session is held for as long as it is paused.
                limit.CancelAfter(options.SilentFor);
            }

            await ready.ConfigureAwait(false);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            var memory = writer.GetMemory(ReadBytes);
            var count = await body.ReadAsync(memory, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            echo.Mask(memory.Span[..count]);
            reader.Read(memory.Span[..count]);
            if (reader.Length == length && !reader.IsComplete)
            {
                throw new BrokenAnswerException("the upstream's JSON answer is cut short");
            }

            if (reader.IsOver)
            {
                throw new PassageCutException("the answer is longer than what the budget had reserved for it");
            }

            var chunk = held.IsEmpty ? memory[..count] : Join(held, memory[..count]);
            held = ReadOnlyMemory<byte>.Empty;
            var inspection = await passage.InspectAsync(chunk, cancellationToken).ConfigureAwait(false);
            switch (inspection.Verdict)
            {
                case InspectionVerdict.Forward or InspectionVerdict.Replace when decided is not null:
                    // Nothing of a whole answer passes before all of it is decided.
                    reader.Passed |= !decided.IsWhole;
                    var before = decided.Written;
                    await decided.WriteAsync(inspection.Bytes).ConfigureAwait(false);
                    unflushed += decided.Written - before;
                    break;
                case InspectionVerdict.Forward when chunk.Length == count:
                    reader.Passed = true;
                    writer.Advance(count);
                    unflushed += count;
                    break;
                case InspectionVerdict.Forward or InspectionVerdict.Replace:
                    await PassAsync(writer, reader, inspection.Bytes, cancellationToken).ConfigureAwait(false);
                    break;
                case InspectionVerdict.Hold when chunk.Length <= MaxUnflushedBytes:
                    held = chunk.ToArray();
                    break;
                default:
                    throw new PassageCutException(passage.Reservation?.Exhausted ?? passage.Objection);
            }
        }

        if (!held.IsEmpty || !reader.IsComplete)
        {
            throw new BrokenAnswerException("the upstream's JSON answer is cut short");
        }

        var rest = await passage.EndAsync(cancellationToken).ConfigureAwait(false);
        if (rest.Verdict == InspectionVerdict.Cut)
        {
            throw new PassageCutException(passage.Reservation?.Exhausted ?? passage.Objection);
        }

        if (decided is null)
        {
            await PassAsync(writer, reader, rest.Bytes, cancellationToken).ConfigureAwait(false);
        }
        else if (!rest.Bytes.IsEmpty)
        {
            reader.Passed |= !decided.IsWhole;
            await decided.WriteAsync(rest.Bytes).ConfigureAwait(false);
        }
    }

    private static async ValueTask PassAsync(
        PipeWriter writer,
        AnswerReader reader,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        if (!bytes.IsEmpty)
        {
            reader.Passed = true;
            await writer.WriteAsync(bytes.ToArray(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task EndDecidedAsync(
        HttpContext context,
        HttpResponseMessage response,
        AnswerReader reader,
        KeyEcho echo,
        DecidedAnswer decided,
        CancellationToken cancellationToken
    )
    {
        if (!decided.IsWhole)
        {
            decided.End();
            return;
        }

        var body = await decided.EndWholeAsync().ConfigureAwait(false);
        reader.Passed = true;
        PassHead(context, response, (int)response.StatusCode, echo);
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, cancellationToken).ConfigureAwait(false);
    }

    private async Task PassListAsync(
        HttpContext context,
        ModelCall call,
        HttpResponseMessage response,
        AnswerReader reader,
        KeyEcho echo,
        CancellationToken cancellationToken
    )
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var whole = new MemoryStream();
        var piece = new byte[ReadBytes];
        for (int n; (n = await body.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0; )
        {
            if (whole.Length + n > ModelList.MaxBytes)
            {
                throw new BrokenAnswerException("the upstream's list of models is too long");
            }

            echo.Mask(piece.AsSpan(0, n));
            whole.Write(piece, 0, n);
            reader.Read(piece.AsSpan(0, n));
        }

        var now = Circumstances.Of(call.Session, clock.GetUtcNow());
        var policy = call.Session.Policy;
        var filtered =
            ModelList.Filter(
                whole.GetBuffer().AsMemory(0, (int)whole.Length),
                id => policy.Screen(new ModelTarget(call.Target.Provider, id), now).Effect != Effect.Deny
            ) ?? throw new BrokenAnswerException("the upstream's list of models can't be read");
        PassHead(context, response, (int)response.StatusCode, echo);
        context.Response.ContentLength = filtered.Length;
        await context.Response.BodyWriter.WriteAsync(filtered, cancellationToken).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        var joined = new byte[first.Length + second.Length];
        first.CopyTo(joined);
        second.CopyTo(joined.AsMemory(first.Length));
        return joined;
    }

    private static async Task AnswerAsync(HttpContext context, ModelCall call, int status, string sentence)
    {
        try
        {
            ModelError.Clear(context);
            await ModelError.WriteAsync(context, call.Api, status, $"Bartizan: {sentence}.").ConfigureAwait(false);
        }
        catch (Exception)
        {
            context.Abort();
        }
    }
}
