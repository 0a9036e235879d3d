using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Both ends of a WebSocket that tests talk by.</summary>
internal static class SocketTalk
{
    public static Task EchoAsync(HttpContext context) => EchoAsync(context, []);

    public static async Task EchoAsync(HttpContext context, List<string> heard)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[65536];
        while (true)
        {
            var part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                return;
            }

            var said = Encoding.UTF8.GetString(buffer, 0, part.Count);
            heard.Add(said);
            await SendAsync(socket, $"echo {said}");
        }
    }

    public static async Task<ClientWebSocket> OpenAsync(
        InboundHouse house,
        string? origin = null,
        string key = InboundHouse.Key,
        string path = "/open/talk",
        Action<ClientWebSocketOptions>? with = null
    )
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("authorization", $"Bearer {key}");
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("origin", origin);
        }

        with?.Invoke(socket.Options);
        await socket.ConnectAsync(new Uri($"ws://{house.EndPoint}{path}"), Soon());
        return socket;
    }

    public static Task SendAsync(WebSocket socket, string text) =>
        socket.SendAsync(new ArraySegment<byte>(Encoding.UTF8.GetBytes(text)), WebSocketMessageType.Text, true, Soon());

    public static async Task<string> AskAsync(WebSocket socket, string text)
    {
        await SendAsync(socket, text);
        var buffer = new byte[65536];
        var part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Soon());
        return Encoding.UTF8.GetString(buffer, 0, part.Count);
    }

    public static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token;

    /// <summary>Says each as a message of its own, and waits for the other side to end it.</summary>
    public static async Task SayAsync(HttpContext context, string[] messages)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        foreach (var one in messages)
        {
            await SendAsync(socket, one);
        }

        await socket.ReceiveAsync(new ArraySegment<byte>(new byte[1000]), context.RequestAborted);
    }

    /// <summary>All messages until the other side ends it, and how it does.</summary>
    public static async Task<(List<string> Heard, WebSocketCloseStatus? End)> HearAsync(WebSocket socket)
    {
        var heard = new List<string>();
        var buffer = new byte[65536];
        while (true)
        {
            var part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Soon());
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return (heard, part.CloseStatus);
            }

            heard.Add(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
    }
}
