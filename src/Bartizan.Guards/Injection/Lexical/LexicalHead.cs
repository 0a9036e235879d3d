using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// The weights of one channel: buckets of eight features, each a fingerprint of eight bits and a weight of eight. Two numbers of
/// 64 bits a bucket, read at once; a feature that isn't there weighs nothing, and one in fifty of those is taken for another.
/// </summary>
internal sealed class LexicalHead
{
    /// <summary>Features of one bucket.</summary>
    public const int PerBucket = 8;

    private const ulong Ones = 0x0101010101010101;
    private const ulong Tops = 0x8080808080808080;

    private readonly ulong[] _buckets;
    private readonly int _shift;

    /// <summary>Takes the weights of one channel.</summary>
    /// <param name="buckets">Fingerprints and weights in turn; a power of two of them.</param>
    /// <param name="scale">What one step of a weight is worth.</param>
    /// <param name="bias">The score of a text that says nothing.</param>
    /// <param name="thresholds">Scores above which as many clean texts are as <see cref="LexicalModel.Rates"/> say.</param>
    public LexicalHead(ulong[] buckets, float scale, float bias, float[] thresholds)
    {
        _buckets = buckets;
        _shift = 32 - BitOperations.Log2((uint)buckets.Length / 2);
        Scale = scale;
        Bias = bias;
        Thresholds = thresholds;
    }

    /// <summary>What one step of a weight is worth.</summary>
    public float Scale { get; }

    /// <summary>Fingerprints and weights in turn.</summary>
    public ReadOnlySpan<ulong> Buckets => _buckets;

    /// <summary>The score of a text that says nothing.</summary>
    public float Bias { get; }

    /// <summary>Scores above which as many clean texts are as <see cref="LexicalModel.Rates"/> say.</summary>
    public float[] Thresholds { get; }

    /// <summary>The weight of a feature, in steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Weight(uint feature)
    {
        var bucket = (int)(feature >> _shift) * 2;
        var differs = _buckets[bucket] ^ (Print(feature) * Ones);
        var same = (differs - Ones) & ~differs & Tops;
        return same == 0 ? 0 : (sbyte)(_buckets[bucket + 1] >> (BitOperations.TrailingZeroCount(same) & 0x38));
    }

    /// <summary>A feature's fingerprint; zero is no feature's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Print(uint feature)
    {
        var print = feature & 0xFF;
        return print == 0 ? 1 : print;
    }
}
