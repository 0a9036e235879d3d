using System.Net.WebSockets;
using System.Text.Json;

namespace Bartizan.Client.Runs;

/// <summary>
/// One run's WebSocket, either end: binary messages are a channel byte and bytes, text messages are events. Sends are
/// serialised; one reader at a time.
/// </summary>
public sealed class RunConnection(WebSocket socket) : IDisposable
{
    /// <summary>The largest message either end takes: a chunk of output and its channel byte, or an event.</summary>
    public const int MaxMessageBytes = 1 << 20;

    /// <summary>
    /// Messages of input that the command may send ahead of what the agent took: an agent that reads nothing must not hold
    /// up the interrupt, the answer or the end of the connection that come behind them.
    /// </summary>
    public const int MaxInputAhead = 8;

    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>Sends an event.</summary>
    public Task SendAsync(RunEvent message, CancellationToken cancellationToken) =>
        SendTextAsync(JsonSerializer.SerializeToUtf8Bytes(message, Wire.Options), cancellationToken);

    /// <summary>Sends the request that opens a run.</summary>
    public Task SendAsync(RunRequest request, CancellationToken cancellationToken) =>
        SendTextAsync(JsonSerializer.SerializeToUtf8Bytes(request, Wire.Options), cancellationToken);

    /// <summary>Sends bytes of a stream.</summary>
    public async Task SendAsync(RunChannel channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = new byte[bytes.Length + 1];
        message[0] = (byte)channel;
        bytes.CopyTo(message.AsMemory(1));
        await SendAsync(message, WebSocketMessageType.Binary, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Receives the next message; null when the other end is gone.</summary>
    public async Task<RunMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close || whole.Length + part.Count > MaxMessageBytes)
            {
                return null;
            }

            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return new RunMessage(part.MessageType == WebSocketMessageType.Text, whole.ToArray());
            }
        }
    }

    /// <summary>Says goodbye; the other end sees the end of messages.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await socket
                .CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (WebSocketException) { }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    private Task SendTextAsync(byte[] json, CancellationToken cancellationToken) =>
        SendAsync(json, WebSocketMessageType.Text, cancellationToken);

    private async Task SendAsync(byte[] message, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            // The other end is gone; the receiving side hears of it and ends the run.
        }
        finally
        {
            _sending.Release();
        }
    }
}
