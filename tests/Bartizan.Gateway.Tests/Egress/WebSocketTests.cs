using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>The framework's own WebSocket client and server, with the proxy between them.</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task A_websocket_echoes_through_the_proxy()
    {
        await using var server = await ServeAsync();
        await using var house = new EgressHouse("allow: http GET http://chat.example/ws");
        house.Network.Name("chat.example", TestNetwork.Public.ToString());
        house.Network.Behind(TestNetwork.Public, AddressOf(server));

        {
            // The framework asks for a tunnel when it has a proxy; the upgrade in cleartext is what is tested, so the head is ours.
            using var wire = await house.WireAsync();
            await wire.SendAsync(
                "GET http://chat.example/ws HTTP/1.1\r\nHost: chat.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            );
            var head = await wire.HeadAsync();
            head.ShouldStartWith("HTTP/1.1 101");
            head.ShouldContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            using var web = WebSocket.CreateFromStream(
                new System.Net.Sockets.NetworkStream(wire.Socket, ownsSocket: false),
                new WebSocketCreationOptions { IsServer = false }
            );
            for (var i = 0; i < 20; i++)
            {
                var text = Encoding.UTF8.GetBytes($"message {i} {new string('x', i * 1000)}");
                await web.SendAsync(text, WebSocketMessageType.Text, true, CancellationToken.None).Soon();
                var buffer = new byte[64 * 1024];
                var got = 0;
                WebSocketReceiveResult result;
                do
                {
                    result = await web.ReceiveAsync(new ArraySegment<byte>(buffer, got, buffer.Length - got), default)
                        .Soon();
                    got += result.Count;
                } while (!result.EndOfMessage);

                buffer.AsSpan(0, got).SequenceEqual(text).ShouldBeTrue();
            }

            await web.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).Soon();
        }

        var outcome = await house.Host.EntryAsync(e => e.Outcome is not null);
        outcome.Usage!.BytesIn.ShouldBeGreaterThan(190_000);
    }

    [Fact]
    public async Task Another_upgrade_is_not_offered_to_the_other_side()
    {
        await using var house = new EgressHouse("allow: http GET http://chat.example/**");
        await using var canary = Canary.Ok();
        house.Outside("chat.example", canary);
        await house.AskAsync(
            "GET http://chat.example/ HTTP/1.1\r\nHost: chat.example\r\nConnection: close, Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n"
        );
        canary.Heard.ShouldNotContain("h2c");
        canary.Heard.ShouldNotContain("HTTP2-Settings");
    }

    [Fact]
    public async Task A_switch_that_nobody_asked_for_is_a_bad_gateway()
    {
        await using var house = new EgressHouse("allow: http GET http://chat.example/**");
        await using var canary = Canary.Http("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nraw bytes");
        house.Outside("chat.example", canary);
        var answer = await house.AskAsync("GET http://chat.example/ HTTP/1.1\r\nHost: chat.example\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 502");
        answer.ShouldNotContain("raw bytes");
    }

    private static IPEndPoint AddressOf(WebApplication server)
    {
        var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return IPEndPoint.Parse(new Uri(addresses.Addresses.Single()).Authority);
    }

    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.UseWebSockets();
        server.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            while (true)
            {
                var result = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), context.RequestAborted);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
                    return;
                }

                await socket.SendAsync(
                    new ArraySegment<byte>(buffer, 0, result.Count),
                    result.MessageType,
                    result.EndOfMessage,
                    context.RequestAborted
                );
            }
        });
        await server.StartAsync();
        return server;
    }
}
