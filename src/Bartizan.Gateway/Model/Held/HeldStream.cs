using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Model.Answers;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model.Held;

/// <summary>
/// An answer that began as a stream of events before its request was decided. Its status is said: what goes wrong from then on is an event
/// of the wire format, after which clients don't take the answer for whole.
/// </summary>
internal sealed class HeldStream
{
    /// <summary>Of an upstream's error, which is told on in an event; of a longer one only its status is.</summary>
    public const int MaxErrorBytes = 64 << 10;

    private static readonly object s_key = new();

    private readonly HttpContext _context;
    private readonly ModelCall _call;
    private readonly TimeProvider _clock;

    private HeldStream(HttpContext context, ModelCall call, TimeProvider clock)
    {
        _context = context;
        _call = call;
        _clock = clock;
    }

    /// <summary>The stream that a request's answer began as; null where it didn't.</summary>
    public static HeldStream? Of(HttpContext context) => context.Items[s_key] as HeldStream;

    /// <summary>Says that the request is held; begins the stream the first time.</summary>
    public static async Task TellAsync(HttpContext context, ModelCall call, TimeProvider clock)
    {
        if (Of(context) is null)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-cache";
            context.Items[s_key] = new HeldStream(context, call, clock);
        }

        await context
            .Response.BodyWriter.WriteAsync(
                ": Bartizan holds this request until it is decided; a person may have to approve it\n\n"u8.ToArray(),
                context.RequestAborted
            )
            .ConfigureAwait(false);
    }

    /// <summary>True for an answer of the upstream that can go on in it.</summary>
    public static bool Takes(HttpResponseMessage response) =>
        response.IsSuccessStatusCode
        && response.Content.Headers.ContentType?.MediaType?.Equals(
            "text/event-stream",
            StringComparison.OrdinalIgnoreCase
        ) == true;

    /// <summary>What is recorded of an answer: one that could not go on in the stream that had begun is none.</summary>
    public static string DetailOf(int status, bool isNone) =>
        string.Create(CultureInfo.InvariantCulture, $"{status}{(isNone ? ", no stream of events" : "")}");

    /// <summary>Ends it with what an upstream answered that is no stream.</summary>
    public async Task FailAsync(
        HttpResponseMessage response,
        Passage passage,
        AnswerReader reader,
        KeyEcho echo,
        CancellationToken cancellationToken
    )
    {
        var status = (int)response.StatusCode;
        var body = await ReadAsync(response, echo, cancellationToken).ConfigureAwait(false);
        reader.Read(body.Span);
        WatchedAnswer.Begin(passage, response);
        var seen = await passage.InspectAsync(body, cancellationToken).ConfigureAwait(false);
        var rest = await passage.EndAsync(cancellationToken).ConfigureAwait(false);
        if (seen.Verdict == InspectionVerdict.Cut || rest.Verdict == InspectionVerdict.Cut)
        {
            throw new PassageCutException(passage.Reservation?.Exhausted ?? passage.Objection);
        }

        if (status < 400)
        {
            await FailAsync(
                    StatusCodes.Status502BadGateway,
                    "Bartizan: the upstream's answer is no stream of events, and one was asked for",
                    null
                )
                .ConfigureAwait(false);
            return;
        }

        var error = UpstreamError.Of(response, (byte[])[.. seen.Bytes.Span, .. rest.Bytes.Span], _clock.GetUtcNow());

        // INVARIANT: what was an escape in the upstream's JSON is a letter here: the key is looked for again in what is written anew.
        error = error with
        {
            Message = echo.Without(error.Message),
            Type = echo.Without(error.Type),
            Code = echo.Without(error.Code),
        };
        var otherwise = string.Create(CultureInfo.InvariantCulture, $"Bartizan: the upstream answered {status}");
        await FailAsync(status, error.Told(otherwise), null, error).ConfigureAwait(false);
    }

    /// <summary>Ends it with an error.</summary>
    /// <param name="status">The status that an answer would have that didn't begin as a stream.</param>
    /// <param name="message">What is said.</param>
    /// <param name="rule">The rule that would change a refusal.</param>
    /// <param name="error">What the upstream said of its error; null where it is no upstream's.</param>
    public async Task FailAsync(int status, string message, string? rule, UpstreamError? error = null)
    {
        var body = new ArrayBufferWriter<byte>();
        var isResponses = _call.Route.Path == "/v1/responses";
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (isResponses)
            {
                WriteFailed(json, status, message, error);
            }
            else
            {
                ModelError.Write(json, _call.Api, status, message, rule, error);
            }

            json.WriteEndObject();
        }

        var name =
            isResponses ? "event: response.failed\n"
            : _call.Api == ModelApi.Anthropic ? "event: error\n"
            : "";
        byte[] said = [.. System.Text.Encoding.ASCII.GetBytes(name), .. "data: "u8, .. body.WrittenSpan, .. "\n\n"u8];
        await _context.Response.BodyWriter.WriteAsync(said, _context.RequestAborted).ConfigureAwait(false);
    }

    // The event that ends a response which failed. By its code clients know whether to try again.
    private void WriteFailed(Utf8JsonWriter json, int status, string message, UpstreamError? error)
    {
        json.WriteString("type", "response.failed");
        json.WriteNumber("sequence_number", 0);
        json.WriteStartObject("response");
        json.WriteString("id", $"resp_{Guid.NewGuid():n}");
        json.WriteString("object", "response");
        json.WriteNumber("created_at", _clock.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("status", "failed");
        json.WriteStartObject("error");
        json.WriteString(
            "code",
            error?.Code
                ?? status switch
                {
                    429 => "rate_limit_exceeded",
                    >= 500 => "server_error",
                    _ => "invalid_prompt",
                }
        );
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteNull("incomplete_details");
        json.WriteNull("instructions");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteString("model", _call.Target.Model);
        json.WriteStartArray("output");
        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", true);
        json.WriteString("tool_choice", "auto");
        json.WriteStartArray("tools");
        json.WriteEndArray();
        json.WriteNull("usage");
        json.WriteEndObject();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response,
        KeyEcho echo,
        CancellationToken cancellationToken
    )
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var read = new byte[MaxErrorBytes];
        var count = await body.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        echo.Mask(read.AsSpan(0, count));
        return read.AsMemory(0, count);
    }
}
