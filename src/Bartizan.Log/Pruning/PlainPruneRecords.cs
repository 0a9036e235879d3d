using System.Globalization;
using System.Text;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Pruning;

/// <summary>Records of prunes as lines of text, for a log whose leaves have no form of their own.</summary>
public sealed class PlainPruneRecords : IPruneRecords
{
    private const string Title = "bartizan-prune-v1";

    private PlainPruneRecords() { }

    /// <summary>The one instance; it has no state.</summary>
    public static PlainPruneRecords Instance { get; } = new();

    /// <summary>The leaf to append.</summary>
    public static byte[] Write(PruneRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Encoding.ASCII.GetBytes($"{Title}\n{Line(record)}\n");
    }

    /// <inheritdoc/>
    public PruneRecord? Read(ReadOnlySpan<byte> leaf)
    {
        if (!leaf.StartsWith("bartizan-prune-v1\n"u8) || leaf[^1] != '\n')
        {
            return null;
        }

        return ReadLine(Encoding.ASCII.GetString(leaf[(Title.Length + 1)..^1]));
    }

    /// <summary>The record in one line: <c>from 0 to 512 of 600 root HEX archive HEX</c>.</summary>
    public static string Line(PruneRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"from {record.First} to {record.Minimum} of {record.Size} root {record.Root} archive {record.Archive}"
        );
    }

    /// <summary>Reads such a line; null when it is none, or spelled otherwise.</summary>
    public static PruneRecord? ReadLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split(' ');
        if (
            words.Length != 10
            || !TryNumber(words[1], out var first)
            || !TryNumber(words[3], out var minimum)
            || !TryNumber(words[5], out var size)
            || !IsHash(words[7])
            || !IsHash(words[9])
        )
        {
            return null;
        }

        var record = new PruneRecord(first, minimum, size, words[7], words[9]);
        return Line(record) == line ? record : null;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool IsHash(string text) =>
        text.Length == 2 * TreeHash.SizeBytes && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
