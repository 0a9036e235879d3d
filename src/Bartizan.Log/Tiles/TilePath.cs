using System.Globalization;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Where tiles and entry bundles lie (C2SP tlog-tiles), relative to the log's directory: <c>tile/L/N[.p/W]</c> and
/// <c>tile/entries/N[.p/W]</c>, where tile 1234067 is <c>x001/x234/067</c>. A full bundle is kept compressed, as
/// <c>N.gz</c>: the specification has bundles served with <c>Content-Encoding: gzip</c>.
/// </summary>
public static class TilePath
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int Width = 256;

    /// <summary>Levels of the tree that one tile spans.</summary>
    public const int Height = 8;

    /// <summary>A full tile.</summary>
    public const int FullBytes = Width * Tree.TreeHash.SizeBytes;

    /// <summary>The folder of all tiles.</summary>
    public const string Folder = "tile";

    /// <summary>The highest level that a tree of 63-bit size has a tile at.</summary>
    public const int MaxLevel = 7;

    internal const string BundleFolder = "entries";
    internal const string Compressed = ".gz";

    /// <summary>A tile of hashes; <paramref name="width"/> is 256 for a full one.</summary>
    public static string Tile(int level, long number, int width) =>
        $"{Folder}/{level.ToString(CultureInfo.InvariantCulture)}/{Number(number)}{Partial(width)}";

    /// <summary>A bundle of entries; a full one is compressed.</summary>
    public static string Bundle(long number, int width) =>
        $"{Folder}/{BundleFolder}/{Number(number)}{(width == Width ? Compressed : Partial(width))}";

    /// <summary>The folder of a tile's partial versions.</summary>
    internal static string Partials(int level, long number) =>
        $"{Folder}/{level.ToString(CultureInfo.InvariantCulture)}/{Number(number)}.p";

    /// <summary>The folder of a bundle's partial versions.</summary>
    internal static string BundlePartials(long number) => $"{Folder}/{BundleFolder}/{Number(number)}.p";

    /// <summary>How many hashes the rightmost tile of a level has in a tree of this size; 0 when the last one is full.</summary>
    internal static int PartialWidth(int level, long size) => (int)((size >> (Height * level)) % Width);

    private static string Partial(int width) =>
        width == Width ? "" : $".p/{width.ToString(CultureInfo.InvariantCulture)}";

    private static string Number(long number)
    {
        var text = (number % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (var rest = number / 1000; rest > 0; rest /= 1000)
        {
            text = $"x{(rest % 1000).ToString("D3", CultureInfo.InvariantCulture)}/{text}";
        }

        return text;
    }
}
