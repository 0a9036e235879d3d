using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Gateway.Databases;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>A client that sends whatever a test wants, and reads messages.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly WireStream _wire;

    private RawClient(WireStream wire) => _wire = wire;

    public byte[] CancelKey { get; private set; } = [];

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(new WireStream(new NetworkStream(socket, ownsSocket: true), 1 << 24));
    }

    public static async Task<RawClient> OpenAsync(int port)
    {
        var client = await ConnectAsync(port);
        await client.GreetAsync(
            new WireBody().Int(3 << 16).Text("user").Text("agent").Text("database").Text("shop").Byte(0)
        );
        await client.UntilReadyAsync();
        return client;
    }

    public async Task GreetAsync(WireBody body)
    {
        _wire.WriteRaw(new WireBody().Int(body.Written.Length + 4).Written);
        _wire.WriteRaw(body.Written);
        await _wire.FlushAsync(CancellationToken.None);
    }

    public RawClient Query(string text) => Message('Q', new WireBody().Text(text));

    public RawClient Parse(string name, string text) => Message('P', new WireBody().Text(name).Text(text).Short(0));

    public RawClient Bind(string portal, string name) =>
        Message('B', new WireBody().Text(portal).Text(name).Short(0).Short(0).Short(0));

    public RawClient Execute(string portal) => Message('E', new WireBody().Text(portal).Int(0));

    public RawClient Close(char kind, string name) => Message('C', new WireBody().Byte((byte)kind).Text(name));

    public RawClient Sync() => Message('S', new WireBody());

    public RawClient Message(char type, WireBody body)
    {
        _wire.Write((byte)type, body.Written);
        return this;
    }

    public async Task SendAsync() => await _wire.FlushAsync(CancellationToken.None);

    /// <summary>What comes up to <paramref name="times"/> times that it is ready, or the end: letters, and the texts of rows and errors.</summary>
    public async Task<string> UntilReadyAsync(int times = 1)
    {
        await SendAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var said = new StringBuilder();
        while (times > 0 && await ReadAsync(limit.Token) is { } message)
        {
            said.Append((char)message.Type);
            switch ((char)message.Type)
            {
                case 'K':
                    CancelKey = message.Body;
                    break;
                case 'D':
                    said.Append('[').Append(RowOf(message.Body)).Append(']');
                    break;
                case 'E':
                    var error = ErrorText.Of(message.Body);
                    said.Append('[').Append(error.Code).Append(": ").Append(error.Message).Append(']');
                    break;
                case 'Z':
                    said.Append((char)message.Body[0]).Append(' ');
                    times--;
                    break;
            }
        }

        return said.ToString();
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private async Task<WireMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _wire.ReadAsync(cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string RowOf(byte[] body)
    {
        var reader = new WireReader(body);
        var values = new List<string>();
        var count = reader.Count();
        for (var i = 0; i < count; i++)
        {
            var length = reader.Int();
            values.Add(length < 0 ? "null" : Encoding.UTF8.GetString(reader.Bytes(length)));
        }

        return string.Join('|', values);
    }
}
