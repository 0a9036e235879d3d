namespace Bartizan.Core.Tests.Policies;

/// <summary>A seeded generator (SplitMix64), so that a failing case can be made again from the number in its message.</summary>
internal sealed class Dice(int seed)
{
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

    /// <summary>A number from 0 to below <paramref name="below"/>.</summary>
    public int Next(int below) => (int)(Next() % (ulong)below);

    /// <summary>A number from <paramref name="least"/> to below <paramref name="below"/>.</summary>
    public int Next(int least, int below) => least + Next(below - least);

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
