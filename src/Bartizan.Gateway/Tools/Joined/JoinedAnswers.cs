using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// Answers to calls that come on a stream on which a server says what it says by itself: each is passed on when it is decided, which may
/// take people a while, and what comes after it passes meanwhile.
/// </summary>
/// <param name="mediation">Takes them.</param>
/// <param name="own">The request that the stream itself answers; null for none.</param>
/// <param name="write">Passes one on.</param>
/// <param name="cancellationToken">When nobody listens any more.</param>
internal sealed class JoinedAnswers(
    Mediation mediation,
    PendingCall? own,
    Func<ReadOnlyMemory<byte>, CancellationToken, Task> write,
    CancellationToken cancellationToken
) : IAsyncDisposable
{
    /// <summary>Answers that are held beside one stream; behind a further one what comes waits.</summary>
    private const int MaxHeld = 8;

    private readonly List<Task> _held = [];

    /// <summary>True for an answer to another request than the stream's own, which is passed on from here.</summary>
    public async ValueTask<bool> TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        var message = Message.Read(bytes);
        if (
            message.Kind is not (MessageKind.Result or MessageKind.Error)
            || message.Id.Length == 0
            || own?.Id == message.Id
        )
        {
            return false;
        }

        _held.RemoveAll(one => one.IsCompleted);
        if (_held.Count >= MaxHeld)
        {
            await Task.WhenAny(_held).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        // A copy: what stands in the buffer goes with the next event.
        _held.Add(PassAsync(bytes.ToArray()));
        return true;
    }

    /// <summary>Waits for those that are held: the server's stream is over, its client's isn't.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_held).ConfigureAwait(false);

    private async Task PassAsync(byte[] bytes)
    {
        try
        {
            var taken = await mediation.TakeAsync(bytes, own, cancellationToken).ConfigureAwait(false);
            if (!taken.Bytes.IsEmpty)
            {
                await write(taken.Bytes, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // It was kept back, and its call has an outcome; or nobody listens any more.
        }
    }
}
