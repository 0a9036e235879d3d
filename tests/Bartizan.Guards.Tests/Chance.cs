namespace Bartizan.Guards.Tests;

/// <summary>A seeded generator, the same on every machine.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = (seed * 0x9E3779B97F4A7C15) + 1;

    public int Next(int bound)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (int)((_state >> 11) % (ulong)bound);
    }

    public int Next(int least, int bound) => least + Next(bound - least);
}
