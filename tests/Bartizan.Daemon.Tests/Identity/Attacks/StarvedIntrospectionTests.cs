using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Control;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>Whoever holds what `/introspect` needs to answer: connections by slow bodies, exchanges that wait for people.</summary>
public sealed class StarvedIntrospectionTests : IAsyncLifetime
{
    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly IPEndPoint _listen = FreePort.NextEndPoint();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = s_soon };
    private readonly TaskCompletionSource<TokenReply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;
    private IdentityServer? _server;

    public async ValueTask InitializeAsync() =>
        _server = await IdentityServer.StartAsync(
            _listen,
            $"http://{_listen}",
            () => "{}",
            _ => [],
            (_, _) =>
            {
                if (Interlocked.Increment(ref _asked) == IdentityServer.MaxExchanges)
                {
                    _full.SetResult();
                }

                return _answer.Task;
            },
            null,
            _clock,
            TestContext.Current.CancellationToken
        );

    public async ValueTask DisposeAsync()
    {
        _answer.TrySetCanceled();
        await _server!.DisposeAsync();
        _http.Dispose();
    }

    [Theory]
    [InlineData("/introspect")]
    [InlineData("/token")]
    public async Task A_body_that_does_not_come_holds_its_connection_for_seconds_only(string path)
    {
        var sockets = Enumerable
            .Range(0, IdentityServer.MaxConnections)
            .Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            .ToList();
        try
        {
            var half = Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 16000\r\n\r\ntoken=a"
            );
            foreach (var socket in sockets)
            {
                await socket.ConnectAsync(_listen);
                await socket.SendAsync(half);
            }

            await Should.ThrowAsync<HttpRequestException>(AskAsync);

            var closed = Task.WhenAll(sockets.Select(UntilClosedAsync));
            using var limit = new CancellationTokenSource(Wait.Long);
            while (!closed.IsCompleted)
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                await Task.Delay(10, limit.Token);
            }

            await ShouldAnswerAsync();
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Exchanges_that_wait_for_people_leave_connections_for_those_who_verify()
    {
        var waiting = Enumerable.Range(0, IdentityServer.MaxExchanges).Select(_ => ExchangeAsync()).ToList();
        await _full.Task.WaitAsync(s_soon, TestContext.Current.CancellationToken);

        using (var refused = await ExchangeAsync())
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var said = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            said["error"]!.GetValue<string>().ShouldBe("temporarily_unavailable");
        }

        await ShouldAnswerAsync();
        _asked.ShouldBe(IdentityServer.MaxExchanges);

        _answer.SetResult(TokenReply.Given("a.b.c", TimeSpan.FromMinutes(1)));
        foreach (var one in waiting)
        {
            using var given = await one;
            given.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var again = await ExchangeAsync();
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task ShouldAnswerAsync() =>
        JsonNode.Parse(await AskAsync())!["active"]!.GetValue<bool>().ShouldBeTrue();

    private async Task<string> AskAsync()
    {
        using var answer = await _http.PostAsync(
            $"http://{_listen}/introspect",
            new FormUrlEncodedContent([new("token", "a.b.c")]),
            TestContext.Current.CancellationToken
        );
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<HttpResponseMessage> ExchangeAsync() =>
        _http.PostAsync(
            $"http://{_listen}/token",
            new FormUrlEncodedContent([
                new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                new("subject_token", "a.b.c"),
                new("subject_token_type", Jwt),
                new("audience", "https://stock.example"),
            ]),
            TestContext.Current.CancellationToken
        );

    private static async Task UntilClosedAsync(Socket socket)
    {
        var bytes = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(bytes) > 0)
            {
                // An answer, before it is closed.
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
    }
}
