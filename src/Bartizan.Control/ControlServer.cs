using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Custody;
using Bartizan.Client.Erasures;
using Bartizan.Client.Exports;
using Bartizan.Client.Identity;
using Bartizan.Client.People;
using Bartizan.Client.Pins;
using Bartizan.Client.Providers;
using Bartizan.Client.Retention;
using Bartizan.Client.Runs;
using Bartizan.Client.Serving;
using Bartizan.Client.Sessions;
using Bartizan.Client.Stores;
using Bartizan.Client.Vaults;
using Bartizan.Client.Workspaces;
using Bartizan.Control.AuthZen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control;

/// <summary>
/// The control API: HTTP over a Unix socket of mode 0600 in a folder of mode 0700. Who may call is decided by the kernel's
/// word for the peer: the daemon's own user, or root. No token, no TCP port, no way in from a sandbox.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    /// <summary>The largest request body: a manifest's path, words and credentials.</summary>
    private const long MaxBodyBytes = 4 << 20;

    private const int Failed = 125;

    private readonly WebApplication _web;
    private readonly string _socket;

    private ControlServer(WebApplication web, string socket)
    {
        _web = web;
        _socket = socket;
    }

    /// <summary>Starts listening on <paramref name="socket"/>; the caller holds the instance's lock.</summary>
    /// <param name="socket">The socket's path; a stale one is replaced.</param>
    /// <param name="uid">The daemon's own user id.</param>
    /// <param name="people">The person's name for a user id.</param>
    /// <param name="instance">What the API drives.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<ControlServer> StartAsync(
        string socket,
        uint uid,
        Func<uint, string> people,
        IInstance instance,
        CancellationToken cancellationToken
    )
    {
        File.Delete(socket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
                kestrel.ListenUnixSocket(socket);
            });
        var web = builder.Build();
        web.UseWebSockets();
        web.Use(
            async (HttpContext context, RequestDelegate next) =>
            {
                var peer = context.Features.Get<IConnectionSocketFeature>() is { } feature
                    ? PeerCredentials.Of(feature.Socket)
                    : null;
                if (peer is not { } known || (known.Uid != uid && known.Uid != 0))
                {
                    await ControlJson
                        .AnswerAsync(context, 403, new ControlProblem(4, "this instance belongs to another user"))
                        .ConfigureAwait(false);
                    return;
                }

                await ControlJson.RunAsync(context, people(known.Uid), next).ConfigureAwait(false);
            }
        );
        web.UseRouting();
        Map(web, instance);
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ControlServer(web, socket);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(grace.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        File.Delete(_socket);
    }

    private static void Map(WebApplication web, IInstance instance)
    {
        web.MapGet("/v1/status", context => ControlJson.AnswerAsync(context, 200, instance.Status()));
        web.MapGet("/v1/sessions", context => ControlJson.AnswerAsync(context, 200, instance.Sessions()));
        web.MapPost(
            "/v1/down",
            async context =>
                await ControlJson.AnswerAsync(
                    context,
                    200,
                    await instance.DownAsync(ControlJson.PersonOf(context), context.RequestAborted)
                )
        );
        ControlJson.Post<SwitchRequest, SwitchReply>(web, "/v1/sessions/pause", instance.PauseAsync);
        ControlJson.Post<SwitchRequest, SwitchReply>(web, "/v1/sessions/resume", instance.ResumeAsync);
        ControlJson.Post<SwitchRequest, SwitchReply>(web, "/v1/sessions/kill", instance.KillAsync);
        ControlJson.Post<AttachRequest, AttachReply>(web, "/v1/sessions/attach", instance.AttachAsync);
        ControlJson.Post<ExportRequest, ExportReply>(web, "/v1/exports", instance.ExportsAsync);
        foreach (var verb in (string[])["diff", "apply", "discard", "labels", "clear"])
        {
            ControlJson.Post<WorkspaceRequest, WorkspaceReply>(
                web,
                $"/v1/workspace/{verb}",
                (request, person, cancellationToken) =>
                    instance.WorkspaceAsync(verb, request, person, cancellationToken)
            );
        }

        ControlJson.Post<IdentityRequest, IdentityReply>(web, "/v1/identity", instance.IdentityAsync);
        ControlJson.Post<PeopleRequest, PeopleReply>(web, "/v1/people", instance.PeopleAsync);
        ControlJson.Post<TokensRequest, TokensReply>(web, "/v1/tokens", instance.TokensAsync);
        ControlJson.Post<VaultRequest, VaultReply>(web, "/v1/vault", instance.VaultAsync);
        ControlJson.Post<SignInRequest, SignInReply>(web, "/v1/providers/sign-in", instance.SignInAsync);
        ControlJson.Post<StoresRequest, StoresReply>(web, "/v1/stores", instance.StoresAsync);
        ControlJson.Post<PinRequest, SurveyReply>(web, "/v1/pins/survey", instance.SurveyAsync);
        ControlJson.Post<PinRequest, PinsReadReply>(web, "/v1/pins/read", instance.ReadPinsAsync);
        ApprovalEndpoints.Map(web, instance);
        ControlJson.Get(web, ApprovalEndpoints.Waiting, _ => new WaitingReply(instance.Waiting().Count));
        RecordEndpoints.Map(web, instance, context => Whole(instance, ControlJson.PersonOf(context)));
        ControlJson.Post<ErasureRequest, ErasureReply>(web, "/v1/log/erasures", instance.EraseAsync);
        ControlJson.Post<PruneRequest, PruneReply>(web, "/v1/log/prune", instance.PruneAsync);
        ControlJson.Post<CustodyRequest, CustodyReply>(web, "/v1/log/custody", instance.CustodyAsync);
        ControlJson.Post<ServeRequest, ServeReply>(web, "/v1/serve/end", instance.EndServingAsync);
        web.MapPost("/v1/serve", context => ServeEndpoint.AnswerAsync(context, instance));
        web.MapGet("/v1/run", context => RunAsync(context, instance));
        AuthZenEndpoints.Map(web, new DecisionPoint(instance, TimeProvider.System));
    }

    // On this socket are the daemon's own account and root: they have the files too.
    private static Onlooker Whole(IInstance instance, string person) =>
        new()
        {
            Person = person,
            MaySee = _ => true,
            Asks = () => [.. instance.Waiting().Select(ask => ask.Id)],
        };

    private static async Task RunAsync(HttpContext context, IInstance instance)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ControlJson
                .AnswerAsync(context, 400, new ControlProblem(2, "a run is a WebSocket"))
                .ConfigureAwait(false);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var connection = new RunConnection(socket);
        var first = await connection.ReceiveAsync(context.RequestAborted).ConfigureAwait(false);
        if (first is not { IsText: true })
        {
            return;
        }

        try
        {
            await instance
                .RunAsync(first.Request(), connection, ControlJson.PersonOf(context), context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (ControlException e)
        {
            await connection
                .SendAsync(
                    new RunEvent.Refused(e.Problem.Code, e.Problem.Error, e.Problem.Hint),
                    context.RequestAborted
                )
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await connection
                .SendAsync(
                    new RunEvent.Refused(
                        Failed,
                        $"the run failed: {e.Message}",
                        "`bartizan log` shows what was recorded"
                    ),
                    context.RequestAborted
                )
                .ConfigureAwait(false);
        }

        await connection.CloseAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
