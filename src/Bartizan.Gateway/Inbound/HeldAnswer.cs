namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Memory that is taken for one answer: what guards hold of it, and what wasn't written to the caller yet. Disposed when that is over: a
/// caller that reads slowly has what it reads counted as its own.
/// </summary>
internal sealed class HeldAnswer(BodyShare share) : IDisposable
{
    /// <summary>It is counted in such pieces, so that an answer that passes as it comes is counted once.</summary>
    private const long Piece = 64 << 10;

    private long _taken;

    /// <summary>So much is held now.</summary>
    /// <exception cref="NoRoomException">There is no room for it.</exception>
    public void Hold(long bytes)
    {
        var size = (bytes + Piece - 1) / Piece * Piece;
        if (size > _taken && !share.TryTake(size - _taken))
        {
            throw new NoRoomException();
        }

        if (size < _taken)
        {
            share.Give(_taken - size);
        }

        _taken = size;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Dispose()
    {
        share.Give(_taken);
        _taken = 0;
    }
}
