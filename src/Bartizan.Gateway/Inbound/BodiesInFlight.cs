namespace Bartizan.Gateway.Inbound;

/// <summary>What all callers' bodies and messages take of memory at once.</summary>
internal sealed class BodiesInFlight(long most)
{
    private long _bytes;

    /// <summary>Bytes now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes so many; false when there is no room, and then none.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= most)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives so many back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
