using System.Numerics;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>The trained weights, as they are shipped: two channels, never pooled.</summary>
internal static class LexicalModel
{
    /// <summary>The shares of clean texts for which there are thresholds.</summary>
    public static ReadOnlySpan<float> Rates => [0.01f, 0.03f, 0.05f];

    /// <summary>Numbers of one channel: 4 MiB.</summary>
    private const int MaxBuckets = 1 << 19;

    /// <summary>The first bytes of the file; they change with the features.</summary>
    public static ReadOnlySpan<byte> Magic => "blex0001"u8;

    private const string Resource = "Bartizan.Guards.Injection.Lexical.weights.bin";

    private static readonly LexicalHead[] _heads = Read();

    /// <summary>Texts from outside.</summary>
    public static LexicalHead Untrusted => _heads[0];

    /// <summary>What a person types.</summary>
    public static LexicalHead User => _heads[1];

    /// <summary>Reads the heads of a file.</summary>
    public static LexicalHead[] Read(BinaryReader reader)
    {
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
        {
            throw new InvalidDataException("the weights of the lexical guard are for other features; train again");
        }

        var heads = new LexicalHead[2];
        for (var one = 0; one < heads.Length; one++)
        {
            var (scale, bias) = (reader.ReadSingle(), reader.ReadSingle());
            var thresholds = new float[Rates.Length];
            for (var at = 0; at < thresholds.Length; at++)
            {
                thresholds[at] = reader.ReadSingle();
            }

            if (!Array.TrueForAll(thresholds, float.IsFinite))
            {
                throw new InvalidDataException(
                    "the weights of the lexical guard have a threshold that nothing reaches"
                );
            }

            var length = reader.ReadInt32();
            // Of fewer than four, the bits that choose a bucket would be none, and a shift by 32 is a shift by nothing.
            if (length is < 4 or > MaxBuckets || !BitOperations.IsPow2(length) || !float.IsFinite(scale + bias))
            {
                throw new InvalidDataException("the weights of the lexical guard are of no size that can be");
            }

            var buckets = new ulong[length];
            for (var at = 0; at < buckets.Length; at++)
            {
                buckets[at] = reader.ReadUInt64();
            }

            heads[one] = new LexicalHead(buckets, scale, bias, thresholds);
        }

        return heads;
    }

    /// <summary>Writes the heads.</summary>
    public static void Write(BinaryWriter writer, IEnumerable<LexicalHead> heads)
    {
        writer.Write(Magic);
        foreach (var head in heads)
        {
            writer.Write(head.Scale);
            writer.Write(head.Bias);
            foreach (var threshold in head.Thresholds)
            {
                writer.Write(threshold);
            }

            writer.Write(head.Buckets.Length);
            foreach (var bucket in head.Buckets)
            {
                writer.Write(bucket);
            }
        }
    }

    private static LexicalHead[] Read()
    {
        using var stream =
            typeof(LexicalModel).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException("the weights of the lexical guard are not in the program");
        using var reader = new BinaryReader(stream);
        return Read(reader);
    }
}
