using System.Net.WebSockets;

namespace Bartizan.Gateway.Inbound;

/// <summary>A whole message of a WebSocket, with the memory that was taken for it.</summary>
internal sealed class SocketMessage : IDisposable
{
    /// <summary>What a message may be before memory is asked for.</summary>
    private const int FirstBytes = 4 << 10;

    private readonly BodyShare _share;
    private byte[] _buffer = new byte[FirstBytes];
    private int _length;
    private long _taken;

    private SocketMessage(BodyShare share) => _share = share;

    /// <summary>What it says.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>True for text.</summary>
    public bool IsText { get; private set; }

    /// <summary>
    /// Receives one; null when the other side ends it, or when it is more than may be, or takes longer: then <paramref name="refuse"/> is
    /// told.
    /// </summary>
    public static async Task<SocketMessage?> ReceiveAsync(
        WebSocket from,
        long most,
        BodyShare share,
        Func<CancellationTokenSource> within,
        Action<string> refuse,
        CancellationToken cancellationToken
    )
    {
        var message = new SocketMessage(share);
        var isWhole = false;
        try
        {
            isWhole = await message.ReadAsync(from, most, within, refuse, cancellationToken).ConfigureAwait(false);
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
        _share.Give(_taken);
        _taken = 0;
    }

    private async Task<bool> ReadAsync(
        WebSocket from,
        long most,
        Func<CancellationTokenSource> within,
        Action<string> refuse,
        CancellationToken cancellationToken
    )
    {
        // The first part may be waited for as long as the connection lives, the others not.
        if (await TakeAsync(from, most, refuse, cancellationToken).ConfigureAwait(false) is { } isWhole)
        {
            return isWhole;
        }

        using var slow = within();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, slow.Token);
        try
        {
            while (true)
            {
                if (await TakeAsync(from, most, refuse, either.Token).ConfigureAwait(false) is { } isTaken)
                {
                    return isTaken;
                }
            }
        }
        catch (OperationCanceledException)
            when (slow.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            refuse("a message took too long");
            return false;
        }
    }

    // Null where it goes on.
    private async ValueTask<bool?> TakeAsync(
        WebSocket from,
        long most,
        Action<string> refuse,
        CancellationToken cancellationToken
    )
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

        IsText = part.MessageType == WebSocketMessageType.Text;
        return part.EndOfMessage ? true : null;
    }

    // One byte more than may be, so that a message that is too long is known from one that isn't.
    private bool TryGrow(long most)
    {
        var size = (int)Math.Min(_buffer.Length * 2L, Math.Max(most, _length) + 1);
        if (!_share.TryTake(size))
        {
            return false;
        }

        Array.Resize(ref _buffer, size);
        _share.Give(_taken);
        _taken = size;
        return true;
    }
}
