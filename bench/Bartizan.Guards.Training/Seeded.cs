namespace Bartizan.Guards.Training;

/// <summary>Numbers that are the same in every run (xorshift64*).</summary>
internal sealed class Seeded(ulong seed)
{
    private ulong _state = (seed * 0x9E3779B97F4A7C15) | 1;

    public ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }

    public int Below(int limit) => (int)((Next() >> 33) % (ulong)limit);

    public void Shuffle(Span<int> all)
    {
        for (var at = all.Length - 1; at > 0; at--)
        {
            var other = Below(at + 1);
            (all[at], all[other]) = (all[other], all[at]);
        }
    }
}
