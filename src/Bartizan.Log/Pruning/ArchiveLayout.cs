using System.Globalization;
using Bartizan.Log.Tiles;

namespace Bartizan.Log.Pruning;

/// <summary>
/// An archive is a tar file that unpacks to a piece of a C2SP tlog-tiles log. Its members, in this order:
/// <code>
/// range                     bartizan-archive-v1, the origin, the first entry, the index behind the last: a line each
/// vkey                      the log's key
/// checkpoint                a signed checkpoint, with its cosignatures
/// edge                      roots of the perfect subtrees before the first entry, largest first (base64, a line each)
/// proof                     consistency proof from the index behind the last entry to the checkpoint (base64, a line each)
/// tile/0/N, tile/entries/N.gz   for each 256 entries: their hashes, and themselves
/// </code>
/// Edge and entries give the root behind the last entry; the proof leads from there to the signed one. Nothing else is needed.
/// </summary>
internal static class ArchiveLayout
{
    public const string Version = "bartizan-archive-v1";
    public const string Range = "range";
    public const string Key = "vkey";
    public const string Checkpoint = "checkpoint";
    public const string Edge = "edge";
    public const string Proof = "proof";

    /// <summary>The members before the tiles, in order.</summary>
    public static readonly string[] Heads = [Range, Key, Checkpoint, Edge, Proof];

    /// <summary>A member before the tiles is a few lines; a checkpoint with its cosignatures is the longest.</summary>
    public const int MaxHeadBytes = Checkpoints.Checkpoint.MaxBytes;

    /// <summary>A compressed bundle: gzip adds less than this to what it can't make smaller.</summary>
    public const int MaxBundleBytes = EntryBundle.MaxBytes + (64 * 1024);

    public static string RangeText(string origin, long first, long end) =>
        string.Create(CultureInfo.InvariantCulture, $"{Version}\n{origin}\n{first}\n{end}\n");

    public static bool TryRange(string text, out string origin, out long first, out long end)
    {
        var lines = text.Split('\n');
        (origin, first, end) = ("", 0, 0);
        if (
            lines.Length != 5
            || lines[0] != Version
            || !long.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            || !long.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out end)
        )
        {
            return false;
        }

        origin = lines[1];
        return text == RangeText(origin, first, end)
            && first % TilePath.Width == 0
            && end % TilePath.Width == 0
            && first < end;
    }
}
