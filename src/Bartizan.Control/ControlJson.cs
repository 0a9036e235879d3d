using System.Text.Json;
using Bartizan.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control;

/// <summary>How a control endpoint reads, answers and refuses, on either socket.</summary>
internal static class ControlJson
{
    private const string PersonKey = "person";

    /// <summary>Who asks: set once the kernel has said so, before any endpoint runs.</summary>
    public static string PersonOf(HttpContext context) => (string)context.Items[PersonKey]!;

    /// <summary>Runs what follows for a person, and puts refusals into words.</summary>
    public static async Task RunAsync(HttpContext context, string person, RequestDelegate next)
    {
        context.Items[PersonKey] = person;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (ControlException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, 422, e.Problem).ConfigureAwait(false);
        }
        catch (JsonException) when (!context.Response.HasStarted)
        {
            await AnswerAsync(
                    context,
                    400,
                    new ControlProblem(
                        2,
                        "the request is not what this version of the control API takes",
                        "use the `bartizan` of the same version"
                    )
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Maps a question without a body.</summary>
    public static void Get<TReply>(WebApplication web, string path, Func<string, TReply> act) =>
        web.MapGet(path, context => AnswerAsync(context, 200, act(PersonOf(context))));

    /// <summary>Maps what takes a body.</summary>
    public static void Post<TRequest, TReply>(
        WebApplication web,
        string path,
        Func<TRequest, string, CancellationToken, Task<TReply>> act
    ) =>
        web.MapPost(
            path,
            async context =>
                await AnswerAsync(
                    context,
                    200,
                    await act(await ReadAsync<TRequest>(context), PersonOf(context), context.RequestAborted)
                )
        );

    /// <summary>Answers.</summary>
    public static async Task AnswerAsync<T>(HttpContext context, int status, T reply)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer
            .SerializeAsync(context.Response.Body, reply, Wire.Options, context.RequestAborted)
            .ConfigureAwait(false);
    }

    /// <summary>Reads what was sent.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context) =>
        await JsonSerializer
            .DeserializeAsync<T>(context.Request.Body, Wire.Options, context.RequestAborted)
            .ConfigureAwait(false)
        ?? throw new JsonException("nothing was sent");
}
