using System.Text.Json;
using Bartizan.Client;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bartizan.Control.Web;

/// <summary>
/// How the web API's endpoints are made: each with the act that it is, so that permission is looked at before it runs. INVARIANT: what
/// acts on agents says on which, and runs only when its caller may for each of them; and it is recorded before it runs.
/// </summary>
internal sealed class WebEndpoints(IEndpointRouteBuilder routes, WebGate gate, AdminLog log)
{
    /// <summary>Where endpoints are mapped that are made elsewhere, each with that act.</summary>
    public IEndpointRouteBuilder Of(Act act) => routes.MapGroup("").WithMetadata(new Declared(act));

    private const string Json = "application/json";

    /// <summary>Maps a question; what its answer holds is for <paramref name="see"/> to narrow to what the caller may see.</summary>
    public void See<TReply>(string path, Act act, Func<Caller, TReply> see) =>
        routes
            .MapGet(path, context => ControlJson.AnswerAsync(context, 200, see(WebGate.CallerOf(context)!)))
            .WithMetadata(new Declared(act));

    /// <summary>Maps a question with a body, which changes nothing and isn't recorded.</summary>
    public void Ask<TRequest, TReply>(
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> ask
    ) => Map(path, act, agents, ask, _ => false);

    /// <summary>Maps what changes something, or with the same body asks for something.</summary>
    /// <param name="path">The path.</param>
    /// <param name="act">What it is.</param>
    /// <param name="agents">On which agents a request acts; null among them for the whole instance. None is refused.</param>
    /// <param name="change">Does it.</param>
    /// <param name="changes">Whether a request changes anything; null when all do. What changes nothing isn't recorded.</param>
    public void Do<TRequest, TReply>(
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> change,
        Func<TRequest, bool>? changes = null
    ) => Map(path, act, agents, change, changes ?? (_ => true));

    /// <summary>Maps what is open to whoever isn't signed in, or about the caller alone.</summary>
    public void Open(string path, Act act, Func<HttpContext, Task> run) =>
        routes.MapPost(path, context => run(context)).WithMetadata(new Declared(act));

    /// <summary>Maps where a browser is sent, by a link or from elsewhere.</summary>
    public void Go(string path, Act act, Func<HttpContext, Task> run) =>
        routes.MapGet(path, context => run(context)).WithMetadata(new Declared(act));

    /// <summary>Reads a body, which is JSON and says so: no form of another site can be.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context) =>
        context.Request.ContentType is { } type
        && type.Split(';')[0].Trim().Equals(Json, StringComparison.OrdinalIgnoreCase)
            ? await JsonSerializer
                .DeserializeAsync<T>(context.Request.Body, Wire.Options, context.RequestAborted)
                .ConfigureAwait(false)
                ?? throw new JsonException("nothing was sent")
            : throw new JsonException("the body is no JSON");

    private void Map<TRequest, TReply>(
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> run,
        Func<TRequest, bool> isRecorded
    ) =>
        routes
            .MapPost(
                path,
                async context =>
                {
                    var caller = WebGate.CallerOf(context)!;
                    var request = await ReadAsync<TRequest>(context).ConfigureAwait(false);
                    var on = agents(request, caller);
                    if (on.Count == 0 || !on.All(agent => caller.May(act, agent)))
                    {
                        await gate.DenyAsync(context, caller, "none of your roles lets you do that there")
                            .ConfigureAwait(false);
                        return;
                    }

                    if (isRecorded(request))
                    {
                        if (log.Rate.Take(caller.Person, act) is var wait && wait > TimeSpan.Zero)
                        {
                            await gate.SlowDownAsync(context, caller, wait).ConfigureAwait(false);
                            return;
                        }

                        await log.DoneAsync(caller, $"asked: {path}", string.Join(", ", on.Select(one => one ?? "*")))
                            .ConfigureAwait(false);
                    }

                    await ControlJson
                        .AnswerAsync(
                            context,
                            200,
                            await run(request, caller, context.RequestAborted).ConfigureAwait(false)
                        )
                        .ConfigureAwait(false);
                }
            )
            .WithMetadata(new Declared(act));
}
