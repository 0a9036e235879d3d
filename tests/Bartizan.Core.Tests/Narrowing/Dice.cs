namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Numbers that a seed decides (SplitMix64), so that a failing case can be run again.</summary>
internal sealed class Dice(int seed)
{
    private ulong _state = unchecked((ulong)seed * 0x9E37_79B9_7F4A_7C15UL);

    public int Next(int below)
    {
        unchecked
        {
            _state += 0x9E37_79B9_7F4A_7C15UL;
            var z = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
            return (int)((z ^ (z >> 31)) % (ulong)below);
        }
    }

    public int Next(int least, int below) => least + Next(below - least);
}
