using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Bartizan.Control.Web;
using Microsoft.AspNetCore.Connections;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Who opens connections until nobody else has one.</summary>
public sealed class ConnectionAttacks
{
    private static readonly CancellationToken s_stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8:1:1::1", "2001:db8:1:2::1")]
    public async Task One_address_has_its_share_and_its_neighbour_another(string many, string other)
    {
        var shares = new ConnectionShares();
        await using var open = new Held(shares);
        for (var more = 0; more < ConnectionShares.MaxOfPlace; more++)
        {
            open.Try(many).ShouldBeTrue();
        }

        open.Try(many).ShouldBeFalse();
        open.Try(other).ShouldBeTrue();
        await open.CloseAsync();
        open.Try(many).ShouldBeTrue();
    }

    [Fact]
    public async Task A_network_with_all_its_addresses_leaves_room_for_others()
    {
        var shares = new ConnectionShares();
        await using var open = new Held(shares);
        var taken = Enumerable.Range(0, WebServer.MaxConnections).Count(one => open.Try($"2001:db8:1:{one:x}::1"));

        taken.ShouldBe(ConnectionShares.MaxOfNetwork);
        open.Try("2001:db8:2::1").ShouldBeTrue();
        open.Try("198.51.100.1").ShouldBeTrue();
    }

    [Fact]
    public async Task Who_holds_all_of_their_share_at_the_real_listener_keeps_nobody_else_out()
    {
        await using var scene = await WebScene.OpenAsync();
        var held = new Stack<SslStream>();
        try
        {
            for (var more = 0; more < ConnectionShares.MaxOfPlace; more++)
            {
                held.Push(await ConnectAsync(scene, "127.0.1.1"));
            }

            await Should.ThrowAsync<IOException>(() => ConnectAsync(scene, "127.0.1.1"));
            held.Push(await ConnectAsync(scene, "127.0.2.1"));
            using var response = await scene.GetAsync("/v1/entry");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            while (held.TryPop(out var one))
            {
                await one.DisposeAsync();
            }
        }
    }

    private static async Task<SslStream> ConnectAsync(WebScene scene, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SslStream? tls = null;
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(IPAddress.Loopback, scene.Port, s_stop);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    RemoteCertificateValidationCallback = (_, shown, _, _) => scene.IsOwn(shown),
                },
                s_stop
            );
            return tls;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }

            socket.Dispose();
            throw e as IOException ?? new IOException("it was closed", e);
        }
    }

    /// <summary>Connections that are held open until they are all closed.</summary>
    private sealed class Held(ConnectionShares shares) : IAsyncDisposable
    {
        private readonly List<Task> _open = [];
        private TaskCompletionSource _gate = new();

        public bool Try(string address)
        {
            var gate = _gate.Task;
            var served = false;
            var connection = new DefaultConnectionContext
            {
                RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1),
            };
            _open.Add(
                shares.AdmitAsync(
                    connection,
                    _ =>
                    {
                        served = true;
                        return gate;
                    }
                )
            );
            return served;
        }

        public async Task CloseAsync()
        {
            _gate.SetResult();
            await Task.WhenAll(_open);
            _open.Clear();
            _gate = new TaskCompletionSource();
        }

        public async ValueTask DisposeAsync() => await CloseAsync();
    }
}
