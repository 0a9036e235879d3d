using Bartizan.Client;

namespace Bartizan.Daemon.Erasures;

/// <summary>
/// The people of an instance, as their file names them now. INVARIANT: the file is read each time, so that who is taken off it is off at
/// once; only what the same bytes mean is remembered, for that costs more than to read them.
/// </summary>
internal sealed class EnrolledFile(string home)
{
    private volatile Seen? _seen;

    /// <summary>How often what it says had to be made out.</summary>
    public long Parsed => Volatile.Read(ref _parsed);

    private long _parsed;

    /// <summary>Reads it; nobody is enrolled without one.</summary>
    /// <exception cref="ControlException">When it can't be read, or names a person twice.</exception>
    public EnrolledPeople Read()
    {
        if (EnrolledPeople.Bytes(home) is not { } bytes)
        {
            return EnrolledPeople.Nobody;
        }

        var seen = _seen;
        if (seen is null || !seen.Bytes.AsSpan().SequenceEqual(bytes))
        {
            Interlocked.Increment(ref _parsed);
            _seen = seen = Seen.Of(home, bytes);
        }

        return seen.People ?? throw new ControlException(seen.Problem!);
    }

    private sealed record Seen(byte[] Bytes, EnrolledPeople? People, ControlProblem? Problem)
    {
        public static Seen Of(string home, byte[] bytes)
        {
            try
            {
                return new Seen(bytes, EnrolledPeople.Parse(home, bytes), null);
            }
            catch (ControlException e)
            {
                return new Seen(bytes, null, e.Problem);
            }
        }
    }
}
