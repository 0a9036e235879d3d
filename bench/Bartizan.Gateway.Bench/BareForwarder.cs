using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Bartizan.Gateway.Bench;

/// <summary>Kestrel and SocketsHttpHandler with nothing between them: what the platform alone costs.</summary>
internal static class BareForwarder
{
    public static async Task RunAsync(int callsPort, int eventsPort)
    {
        using var upstream = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ActivityHeadersPropagator = null,
                EnableMultipleHttp2Connections = true,
            }
        );
        var (application, port) = await Serving.StartAsync(context =>
            ForwardAsync(context, upstream, callsPort, eventsPort)
        );
        await Serving.UntilInputClosesAsync(port);
        await application.StopAsync(new CancellationToken(canceled: true));
    }

    private static async Task ForwardAsync(
        HttpContext context,
        HttpMessageInvoker upstream,
        int callsPort,
        int eventsPort
    )
    {
        var isEvents = context.Request.Headers.ContainsKey("x-events");
        var url = $"http://127.0.0.1:{(isEvents ? eventsPort : callsPort)}{context.Request.GetEncodedPathAndQuery()}";
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, value) in context.Request.Headers)
        {
            if (
                !name.Equals("host", StringComparison.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, (string?)value)
            )
            {
                request.Content.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        using var response = await upstream.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        var body = await response.Content.ReadAsStreamAsync();
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(16384);
        try
        {
            for (int n; (n = await body.ReadAsync(buffer, context.RequestAborted)) > 0; )
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, n));
                await context.Response.Body.FlushAsync();
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
