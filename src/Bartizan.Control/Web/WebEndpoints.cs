using System.Text.Json;
using Bartizan.Client;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Bartizan.Control.Web;

/// <summary>
/// How the web API's endpoints are made: each with the act that it is, so that permission is looked at before it runs. INVARIANT: what
/// acts on agents says on which, and runs only when its caller may for each of them; and it is recorded before it runs. INVARIANT: whether
/// its caller may is asked when the body is there, and again when the log has it: both come when they come, and what somebody may ends
/// meanwhile.
/// </summary>
internal sealed class WebEndpoints(IEndpointRouteBuilder routes, WebGate gate, WebHouse house)
{
    /// <summary>How long a body may take, all of it; by a least rate alone a connection's other requests would make up for one.</summary>
    public static readonly TimeSpan BodyWithin = TimeSpan.FromSeconds(30);

    private const string Json = "application/json";

    /// <summary>Where endpoints are mapped that are made elsewhere, each with that act.</summary>
    public IEndpointRouteBuilder Of(Act act) => routes.MapGroup("").WithMetadata(new Declared(act));

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
    ) => Map(path, act, agents, (_, _) => "", ask, _ => false);

    /// <summary>Maps what changes something, or with the same body asks for something.</summary>
    /// <param name="path">The path.</param>
    /// <param name="act">What it is.</param>
    /// <param name="agents">On which agents a request acts; null among them for the whole instance. None is refused.</param>
    /// <param name="meant">What a request is about, for the log.</param>
    /// <param name="change">Does it.</param>
    /// <param name="changes">Whether a request changes anything; null when all do. What changes nothing isn't recorded.</param>
    public void Do<TRequest, TReply>(
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, IReadOnlyList<string?>, string> meant,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> change,
        Func<TRequest, bool>? changes = null
    ) => Map(path, act, agents, meant, change, changes ?? (_ => true));

    /// <summary>Maps what is open to whoever isn't signed in, or about the caller alone.</summary>
    public void Open(string path, Act act, Func<HttpContext, Task> run) =>
        routes.MapPost(path, context => run(context)).WithMetadata(new Declared(act));

    /// <summary>Maps where a browser is sent, by a link or from elsewhere.</summary>
    public void Go(string path, Act act, Func<HttpContext, Task> run) =>
        routes.MapGet(path, context => run(context)).WithMetadata(new Declared(act));

    /// <summary>
    /// Reads a body, which is JSON and says so: no form of another site can be. One that isn't there in time is cut off.
    /// </summary>
    public async Task<T> ReadAsync<T>(HttpContext context)
    {
        if (
            context.Request.ContentType is not { } type
            || !type.Split(';')[0].Trim().Equals(Json, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new JsonException("the body is no JSON");
        }

        // Found before the timer runs: a request's features aren't for two threads at once.
        var connection = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        using var late = new CancellationTokenSource(BodyWithin, house.Clock);
        using var cut = late.Token.UnsafeRegister(
            static one => ((IHttpRequestLifetimeFeature)one!).Abort(),
            connection
        );
        return await JsonSerializer
                .DeserializeAsync<T>(context.Request.Body, Wire.Options, context.RequestAborted)
                .ConfigureAwait(false)
            ?? throw new JsonException("nothing was sent");
    }

    /// <summary>Who asks, as they are now; null when they are nobody any more, and that is answered.</summary>
    public async Task<Caller?> StillAsync(HttpContext context)
    {
        const string Why = "the sign-in or the token ended meanwhile";
        var before = WebGate.CallerOf(context)!;
        if (house.Still(before) is { } caller)
        {
            return caller;
        }

        await house.Log.RefusedAsync(before, context.Request.Path, null, Why).ConfigureAwait(false);
        await WebGate.RefuseAsync(context, 401, Why).ConfigureAwait(false);
        return null;
    }

    private void Map<TRequest, TReply>(
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, IReadOnlyList<string?>, string> meant,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> run,
        Func<TRequest, bool> isRecorded
    ) =>
        routes
            .MapPost(path, context => AnswerAsync(context, path, act, agents, meant, run, isRecorded))
            .WithMetadata(new Declared(act));

    private async Task AnswerAsync<TRequest, TReply>(
        HttpContext context,
        string path,
        Act act,
        Func<TRequest, Caller, IReadOnlyList<string?>> agents,
        Func<TRequest, IReadOnlyList<string?>, string> meant,
        Func<TRequest, Caller, CancellationToken, Task<TReply>> run,
        Func<TRequest, bool> isRecorded
    )
    {
        var request = await ReadAsync<TRequest>(context).ConfigureAwait(false);
        if (await StillAsync(context).ConfigureAwait(false) is not { } caller)
        {
            return;
        }

        var on = agents(request, caller);
        if (!await MayAsync(context, caller, act, on).ConfigureAwait(false))
        {
            return;
        }

        var reply = isRecorded(request)
            ? await RecordedAsync(
                    context,
                    path,
                    act,
                    caller,
                    on,
                    meant(request, on),
                    now => run(request, now, context.RequestAborted)
                )
                .ConfigureAwait(false)
            : await run(request, caller, context.RequestAborted).ConfigureAwait(false);
        if (reply is not null)
        {
            await ControlJson.AnswerAsync(context, 200, reply).ConfigureAwait(false);
        }
    }

    // The default of a reply when it was answered by a refusal.
    private async Task<TReply?> RecordedAsync<TReply>(
        HttpContext context,
        string path,
        Act act,
        Caller caller,
        IReadOnlyList<string?> on,
        string target,
        Func<Caller, Task<TReply>> run
    )
    {
        if (house.Log.Rate.Take(caller.Person, act) is var wait && wait > TimeSpan.Zero)
        {
            await gate.SlowDownAsync(context, caller, wait).ConfigureAwait(false);
            return default;
        }

        await house.Log.DoneAsync(caller, $"asked: {path}", target).ConfigureAwait(false);
        if (
            await StillAsync(context).ConfigureAwait(false) is not { } still
            || !await MayAsync(context, still, act, on).ConfigureAwait(false)
        )
        {
            return default;
        }

        try
        {
            return await run(still).ConfigureAwait(false);
        }
        catch (ControlException e)
        {
            await house.Log.RefusedAsync(still, path, target, e.Problem.Error).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> MayAsync(HttpContext context, Caller caller, Act act, IReadOnlyList<string?> on)
    {
        if (on.Count > 0 && on.All(agent => caller.May(act, agent)))
        {
            return true;
        }

        await gate.DenyAsync(context, caller, "none of your roles lets you do that there").ConfigureAwait(false);
        return false;
    }
}
