using Bartizan.Log.Tree;

namespace Bartizan.Log.Tiles;

/// <summary>
/// A tree of a fixed size, read from its tiles (C2SP tlog-tiles): what proofs are made from, from files alone. Nothing in it
/// is proven until a root that comes out of it is a signed one.
/// </summary>
public sealed class TileTree(string directory, long size) : ISubtrees
{
    /// <summary>Tiles kept between proofs: 2 MiB, the tiles of the proofs of a session or two.</summary>
    public const int MaxCachedTiles = 256;

    private readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];

    /// <summary>Number of leaves.</summary>
    public long Size { get; } = size;

    /// <inheritdoc/>
    public void Read(int level, long index, Span<byte> hash)
    {
        var (tile, height) = (level / TilePath.Height, level % TilePath.Height);
        var first = index << height;
        if (index < 0 || first + (1L << height) > Size >> (TilePath.Height * tile))
        {
            throw new ArgumentOutOfRangeException(nameof(index), "the tree has no such subtree");
        }

        var hashes = Load(tile, first / TilePath.Width);
        Fold(hashes.AsSpan((int)(first % TilePath.Width) * TreeHash.SizeBytes), height, hash);
    }

    /// <summary>Reads the first <paramref name="width"/> hashes of a tile from its partial version or the full one.</summary>
    internal static bool TryLoad(string directory, int level, long number, int width, byte[] hashes)
    {
        var length = width * TreeHash.SizeBytes;
        foreach (var at in new[] { width, TilePath.Width })
        {
            var path = Path.Combine(directory, TilePath.Tile(level, number, at));
            try
            {
                using var file = File.OpenHandle(
                    path,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete
                );
                if (RandomAccess.GetLength(file) == at * TreeHash.SizeBytes)
                {
                    return RandomAccess.Read(file, hashes.AsSpan(0, length), 0) == length;
                }
            }
            catch (IOException) when (!File.Exists(path))
            {
                // Not that version; a live log takes partial ones away once the full one is there.
            }
        }

        return false;
    }

    /// <summary>The root of the perfect subtree over the first 2^<paramref name="height"/> hashes.</summary>
    internal static void Fold(ReadOnlySpan<byte> hashes, int height, Span<byte> root)
    {
        if (height == 0)
        {
            hashes[..TreeHash.SizeBytes].CopyTo(root);
            return;
        }

        Span<byte> level = stackalloc byte[TilePath.FullBytes / 2];
        var count = 1 << (height - 1);
        for (var i = 0; i < count; i++)
        {
            var pair = hashes.Slice(2 * i * TreeHash.SizeBytes, 2 * TreeHash.SizeBytes);
            TreeHash.Node(pair, pair[TreeHash.SizeBytes..], level[(i * TreeHash.SizeBytes)..]);
        }

        for (count /= 2; count > 0; count /= 2)
        {
            for (var i = 0; i < count; i++)
            {
                var pair = level.Slice(2 * i * TreeHash.SizeBytes, 2 * TreeHash.SizeBytes);
                TreeHash.Node(pair, pair[TreeHash.SizeBytes..], level[(i * TreeHash.SizeBytes)..]);
            }
        }

        level[..TreeHash.SizeBytes].CopyTo(root);
    }

    private byte[] Load(int level, long number)
    {
        if (_tiles.TryGetValue((level, number), out var hashes))
        {
            return hashes;
        }

        var inTree = (Size >> (TilePath.Height * level)) - (number * TilePath.Width);
        var width = (int)Math.Min(TilePath.Width, inTree);
        hashes = new byte[width * TreeHash.SizeBytes];
        if (!TryLoad(directory, level, number, width, hashes))
        {
            throw new LogInconsistentException(
                $"the tile `{TilePath.Tile(level, number, width)}` of the log in `{directory}` is missing or damaged"
            );
        }

        if (_tiles.Count >= MaxCachedTiles)
        {
            _tiles.Clear();
        }

        return _tiles[(level, number)] = hashes;
    }
}
