using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bartizan.Sandbox.Observation;

/// <summary>
/// Reads the frames of the helper's <c>observe</c> applet. They come from our own process; what stands in them is the agent's.
/// </summary>
internal static class SightingReader
{
    /// <summary>A frame's length field, and what follows it before the texts.</summary>
    private const int LengthBytes = 4,
        HeadBytes = 20;

    /// <summary>A frame has two paths of twice PATH_MAX and 1,024 bytes of arguments at most.</summary>
    internal const int MaxFrameBytes = 32 << 10;

    private const int SumsBytes = 5 * sizeof(long);

    /// <summary>All of them, until the stream ends.</summary>
    /// <exception cref="InvalidDataException">A frame is not one.</exception>
    public static async IAsyncEnumerable<Sighting> ReadAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var buffer = new byte[2 * MaxFrameBytes];
        var (from, to) = (0, 0);
        while (true)
        {
            while (Next(buffer.AsSpan(from, to - from)) is var (sighting, length))
            {
                from += length;
                yield return sighting;
            }

            buffer.AsSpan(from, to - from).CopyTo(buffer);
            (from, to) = (0, to - from);
            var count = await stream.ReadAsync(buffer.AsMemory(to), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                yield break;
            }

            to += count;
        }
    }

    /// <summary>The first frame and its length; null when it isn't whole yet.</summary>
    internal static (Sighting Sighting, int Length)? Next(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LengthBytes)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is < HeadBytes or > MaxFrameBytes)
        {
            throw new InvalidDataException("what observes the sandbox sent no frame");
        }

        return bytes.Length < LengthBytes + length
            ? null
            : (Read(bytes.Slice(LengthBytes, length)), LengthBytes + length);
    }

    private static Sighting Read(ReadOnlySpan<byte> frame)
    {
        var kind = (SightingKind)frame[0];
        var sighting = new Sighting
        {
            Kind = kind,
            IsAgain = frame[1] != 0,
            Count = BinaryPrimitives.ReadInt64LittleEndian(frame[4..]),
            Process = BinaryPrimitives.ReadInt32LittleEndian(frame[12..]),
            Parent = BinaryPrimitives.ReadInt32LittleEndian(frame[16..]),
        };
        var rest = frame[HeadBytes..];
        switch (kind)
        {
            case SightingKind.Lost or SightingKind.End when rest.Length == SumsBytes:
                return sighting with { Sums = Sums(rest) };
            case SightingKind.Started:
                var (path, said) = (Text(ref rest), Text(ref rest));
                return sighting with { Path = path, Said = said, Arguments = Texts(rest) };
            case SightingKind.NotThere or SightingKind.Written or SightingKind.Removed or SightingKind.Read:
                return sighting with { Path = Text(ref rest) };
            default:
                throw new InvalidDataException("what observes the sandbox sent no frame");
        }
    }

    private static SightingSums Sums(ReadOnlySpan<byte> rest) =>
        new(
            BinaryPrimitives.ReadInt64LittleEndian(rest),
            BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[32..])
        );

    private static ImmutableArray<string> Texts(ReadOnlySpan<byte> rest)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        while (!rest.IsEmpty)
        {
            texts.Add(Text(ref rest));
        }

        return texts.ToImmutable();
    }

    private static string Text(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)0);
        var bytes = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return Spelled(bytes);
    }

    // Names are bytes: two that differ only in what is no UTF-8 must not look the same.
    private static string Spelled(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var one in bytes[..used])
                {
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{one:x2}");
                }
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }
}
