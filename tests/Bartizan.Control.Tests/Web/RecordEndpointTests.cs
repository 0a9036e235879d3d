using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Bartizan.Client;
using Bartizan.Client.Events;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control.Tests.Web;

/// <summary>What is read, at the wire.</summary>
public sealed class RecordEndpointTests
{
    private const string Ask = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static readonly CancellationToken s_stop = TestContext.Current.CancellationToken;
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Who_takes_nothing_is_let_go_and_who_reads_gets_all_of_it()
    {
        var (instance, shown) = ShownInstance.Make();
        var gone = new TaskCompletionSource();
        shown.Changes = stop => EndlessAsync(gone, stop);
        await using var web = await ListenAsync(instance, TimeSpan.FromMilliseconds(200));
        using var slow = await ConnectAsync(web);

        // The connection stays open, and nothing of it is read.
        await gone.Task.WaitAsync(s_long, s_stop);
        shown.Changes = FewAsync;
        using var reader = await ConnectAsync(web);
        await using var stream = new NetworkStream(reader);
        using var text = new StreamReader(stream);
        (await text.ReadToEndAsync(s_stop).WaitAsync(s_long, s_stop)).Split("data: ").Length.ShouldBe(4);
    }

    [Fact]
    public async Task One_listener_too_many_is_answered_with_words_and_no_stream()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        scene.Shown.Changes = _ => throw new ControlException(new ControlProblem(125, "too many windows"));

        using var response = await scene.GetAsync("/v1/events", browser);

        ((int)response.StatusCode).ShouldBe(422);
        (await WebScene.ReadAsync<ControlProblem>(response)).Error.ShouldBe("too many windows");
    }

    [Theory]
    [InlineData("/v1/log?limit=0")]
    [InlineData("/v1/log?limit=501")]
    [InlineData("/v1/log?before=-1")]
    [InlineData("/v1/log?after=99999999999999999999")]
    [InlineData("/v1/findings?limit=many")]
    [InlineData("/v1/counts?hours=745")]
    public async Task A_number_that_cant_be_meant_is_told_so(string path)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        using var response = await scene.GetAsync(path, browser);
        ((int)response.StatusCode).ShouldBe(422, path);
    }

    private static async Task<WebApplication> ListenAsync(IRecordDesk desk, TimeSpan writeWithin)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);

                // What is tried is the endpoint's own limit.
                kestrel.Limits.MinResponseDataRate = null;
            });
        var web = builder.Build();
        web.UseRouting();
        RecordEndpoints.Map(
            web,
            desk,
            _ => new Onlooker
            {
                Person = "alice",
                MaySee = _ => true,
                Asks = () => [],
            },
            writeWithin
        );
        await web.StartAsync(s_stop);
        return web;
    }

    private static async Task<Socket> ConnectAsync(WebApplication web)
    {
        var at = new Uri(
            web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await socket.ConnectAsync(IPAddress.Loopback, at.Port, s_stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Ask), s_stop);
        return socket;
    }

    private static async IAsyncEnumerable<LiveChange?> EndlessAsync(
        TaskCompletionSource gone,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            var much = new LiveChange { Gone = [new string('x', 64 << 10)] };
            while (!cancellationToken.IsCancellationRequested)
            {
                yield return much;
                await Task.Yield();
            }
        }
        finally
        {
            gone.SetResult();
        }
    }

    private static async IAsyncEnumerable<LiveChange?> FewAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var more = 0; more < 3; more++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new LiveChange { Entries = more };
            await Task.Yield();
        }
    }
}
