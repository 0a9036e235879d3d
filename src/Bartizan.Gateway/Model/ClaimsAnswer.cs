using System.Globalization;
using System.Text;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Takes OTLP logs that an agent's client emits, for the session that the listener or the token names. They are handed on as claims; the
/// answer is OTLP's own, with the number of those that were left out.
/// </summary>
internal static class ClaimsAnswer
{
    private const string Json = "application/json";
    private const string Protobuf = "application/x-protobuf";

    /// <summary>Hands the body on and answers.</summary>
    public static async Task GiveAsync(HttpContext context, IClaims claims, Session session, ReadOnlyMemory<byte> body)
    {
        var type = context.Request.ContentType ?? "";
        var isJson = type.StartsWith(Json, StringComparison.OrdinalIgnoreCase);
        if (!isJson && !type.StartsWith(Protobuf, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var leftOut = await claims.TakeAsync(session, body, isJson, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = leftOut is null ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        context.Response.ContentType = isJson ? Json : Protobuf;
        var answer = isJson ? JsonOf(leftOut ?? 0) : ProtobufOf(leftOut ?? 0);
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] JsonOf(int leftOut) =>
        leftOut == 0
            ? "{}"u8.ToArray()
            : Encoding.ASCII.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{{\"partialSuccess\":{{\"rejectedLogRecords\":\"{leftOut}\"}}}}"
                )
            );

    // partial_success (1) { rejected_log_records (1): varint }
    private static byte[] ProtobufOf(int leftOut)
    {
        if (leftOut == 0)
        {
            return [];
        }

        var number = new List<byte> { 1 << 3 };
        for (var rest = (uint)leftOut; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                number.Add((byte)rest);
                break;
            }

            number.Add((byte)(rest | 0x80));
        }

        return [(1 << 3) | 2, (byte)number.Count, .. number];
    }
}
