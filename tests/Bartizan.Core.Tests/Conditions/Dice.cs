namespace Bartizan.Core.Tests.Conditions;

/// <summary>xorshift64*: the run is the same on every machine.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public int Next(int below)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(((_state * 2685821657736338717UL) >> 16) % (ulong)below);
    }

    public bool OneIn(int times) => Next(times) == 0;

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Next(choices.Length)];
}
