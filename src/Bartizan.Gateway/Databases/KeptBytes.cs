namespace Bartizan.Gateway.Databases;

/// <summary>The memory that the connections of one session hold: one sum for all of them, however many there are.</summary>
internal sealed class KeptBytes(long max)
{
    private long _taken;

    /// <summary>What is taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes more; false where there is no more to be had.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= max)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
