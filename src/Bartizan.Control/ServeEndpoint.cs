using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Serving;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control;

/// <summary>
/// Opens a gateway for a command that stays: one line says what was opened, and the answer lasts as long as the gateway. Whoever goes away
/// closes it.
/// </summary>
internal static class ServeEndpoint
{
    /// <summary>Answers.</summary>
    public static async Task AnswerAsync(HttpContext context, IInstance instance)
    {
        var request = await ControlJson.ReadAsync<ServeRequest>(context).ConfigureAwait(false);
        await instance
            .ServeAsync(
                request,
                async reply =>
                {
                    context.Response.ContentType = "application/x-ndjson";
                    var line = JsonSerializer.SerializeToUtf8Bytes(reply, Wire.Options);
                    await context.Response.Body.WriteAsync((byte[])[.. line, (byte)'\n'], context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                },
                ControlJson.PersonOf(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
    }
}
