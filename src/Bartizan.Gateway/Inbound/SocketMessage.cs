using System.Net.WebSockets;

namespace Bartizan.Gateway.Inbound;

/// <summary>A whole message of a WebSocket, with the memory that was taken for it.</summary>
internal sealed class SocketMessage : IDisposable
{
    /// <summary>What a message may be before memory is asked for.</summary>
    private const int FirstBytes = 4 << 10;

    private readonly BodiesInFlight _bodies;
    private byte[] _buffer = new byte[FirstBytes];
    private int _length;
    private long _taken;

    private SocketMessage(BodiesInFlight bodies) => _bodies = bodies;

    /// <summary>What it says.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>True for text.</summary>
    public bool IsText { get; private set; }

    /// <summary>
    /// Receives one; null when the other side ends it, or when it is more than may be: then <paramref name="refuse"/> is told.
    /// </summary>
    public static async Task<SocketMessage?> ReceiveAsync(
        WebSocket from,
        long most,
        BodiesInFlight bodies,
        Action<string> refuse,
        CancellationToken cancellationToken
    )
    {
        var message = new SocketMessage(bodies);
        var isWhole = false;
        try
        {
            isWhole = await message.ReadAsync(from, most, refuse, cancellationToken).ConfigureAwait(false);
            return isWhole ? message : null;
        }
        catch (WebSocketException)
        {
            return null;
        }
        finally
        {
            if (!isWhole)
            {
                message.Dispose();
            }
        }
    }

    /// <summary>Gives back what was taken for it.</summary>
    public void Dispose()
    {
        _bodies.Give(_taken);
        _taken = 0;
    }

    private async Task<bool> ReadAsync(
        WebSocket from,
        long most,
        Action<string> refuse,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            if (_length == _buffer.Length && !TryGrow(most))
            {
                refuse("there is no room for its messages");
                return false;
            }

            var part = await from.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            _length += part.Count;
            if (_length > most)
            {
                refuse("a message is longer than is taken");
                return false;
            }

            if (part.EndOfMessage)
            {
                IsText = part.MessageType == WebSocketMessageType.Text;
                return true;
            }
        }
    }

    // One byte more than may be, so that a message that is too long is known from one that isn't.
    private bool TryGrow(long most)
    {
        var size = (int)Math.Min(_buffer.Length * 2L, Math.Max(most, _length) + 1);
        if (!_bodies.TryTake(size))
        {
            return false;
        }

        Array.Resize(ref _buffer, size);
        _bodies.Give(_taken);
        _taken = size;
        return true;
    }
}
