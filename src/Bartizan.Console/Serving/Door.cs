using Bartizan.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bartizan.Console.Serving;

/// <summary>How every page is reached: its headers, who may post, and what becomes of refusals.</summary>
internal sealed class Door(IEndpointRouteBuilder routes, Func<HttpContext, ControlClient> clientOf)
{
    /// <summary>The largest form: a draft of a tool call's arguments.</summary>
    public const int MaxFormBytes = 256 << 10;

    // No inline script or style, no other host, no frame, no string that becomes markup or code.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Maps a page that is read.</summary>
    public void Get(string path, Func<Visit, Task> act) => routes.MapGet(path, context => AnswerAsync(context, act));

    /// <summary>Maps a form that is sent.</summary>
    public void Post(string path, Func<Visit, IFormCollection, Task> act) =>
        routes.MapPost(
            path,
            context =>
                AnswerAsync(
                    context,
                    async visit =>
                    {
                        if (!IsOwn(context.Request))
                        {
                            await visit
                                .ProblemAsync(
                                    403,
                                    "This was not sent from a page of this console, so nothing was done.",
                                    null
                                )
                                .ConfigureAwait(false);
                            return;
                        }

                        await act(visit, await Form.ReadAsync(context).ConfigureAwait(false)).ConfigureAwait(false);
                    }
                )
        );

    /// <summary>The headers of everything that the console answers.</summary>
    public static void Guard(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["referrer-policy"] = "same-origin";
        headers["cross-origin-opener-policy"] = "same-origin";
        headers["cross-origin-resource-policy"] = "same-origin";
        headers["permissions-policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    }

    // A browser says where a form was sent from. One that says nothing is no browser that the console knows.
    internal static bool IsOwn(HttpRequest request)
    {
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin)
        {
            return string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        }

        return request.Headers["sec-fetch-site"] == "same-origin";
    }

    private async Task AnswerAsync(HttpContext context, Func<Visit, Task> act)
    {
        Guard(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        using var client = clientOf(context);
        var visit = new Visit(context, client);
        try
        {
            await act(visit).ConfigureAwait(false);
        }
        catch (ControlException e) when (!context.Response.HasStarted)
        {
            await visit.RefusedAsync(e).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await visit.ProblemAsync(e.StatusCode, e.Message, null).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The window is closed.
        }
    }
}
