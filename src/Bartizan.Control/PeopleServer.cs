using Bartizan.Client;
using Bartizan.Client.Erasures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control;

/// <summary>
/// The people's socket: what <see cref="IAskDesk"/> offers, and nothing else, for the enrolled accounts of this host. Anybody may connect
/// (mode 0666); who is at the other end the kernel says, and whoever isn't enrolled is told so and closed.
/// INVARIANT: accounts that aren't enrolled can't keep those that are from their connections, and no endpoint of
/// <see cref="ControlServer"/> is reachable here.
/// </summary>
public sealed class PeopleServer : IAsyncDisposable
{
    /// <summary>The largest request body: an answer and its reason.</summary>
    public const long MaxBodyBytes = 64 << 10;

    private const int Refused = 4;
    private static readonly TimeSpan s_headersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idleWithin = TimeSpan.FromSeconds(30);

    private readonly WebApplication _web;
    private readonly string _socket;

    private PeopleServer(WebApplication web, string socket)
    {
        _web = web;
        _socket = socket;
    }

    /// <summary>Starts listening; the caller has made sure that the folder is its own and nobody else's.</summary>
    /// <param name="socket">The socket's path; a stale one is replaced.</param>
    /// <param name="enrolled">The account behind a user id; null when it isn't enrolled.</param>
    /// <param name="desk">What is offered.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PeopleServer> StartAsync(
        string socket,
        Func<uint, string?> enrolled,
        IAskDesk desk,
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
                kestrel.Limits.RequestHeadersTimeout = s_headersWithin;
                kestrel.Limits.KeepAliveTimeout = s_idleWithin;
                kestrel.ListenUnixSocket(
                    socket,
                    listen => listen.Use(next => new PeopleGate(enrolled, next).AdmitAsync)
                );
            });
        var web = builder.Build();
        web.Use(
            (HttpContext context, RequestDelegate next) =>
                // Once more for each request: who was taken off the list meanwhile is off.
                PeopleGate.Peer(context.Features)
                    is { } uid
                && enrolled(uid) is { } person
                    ? ControlJson.RunAsync(context, person, next)
                    : ControlJson.AnswerAsync(context, StatusCodes.Status403Forbidden, PeopleGate.NotEnrolled)
        );
        web.UseRouting();
        ApprovalEndpoints.Map(web, desk);
        ControlJson.Post<ErasureRequest, ErasureReply>(
            web,
            "/v1/log/erasures",
            (request, person, stop) =>
                request.Verb is ErasureVerb.Approve or ErasureVerb.Withdraw or ErasureVerb.Pending
                    ? desk.EraseAsync(request, person, stop)
                    : throw new ControlException(
                        new ControlProblem(Refused, "an erasure is asked for by the owner of the instance")
                    )
        );
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            File.SetUnixFileMode(socket, Everybody);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new PeopleServer(web, socket);
    }

    private static UnixFileMode Everybody =>
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(grace.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        File.Delete(_socket);
    }
}
