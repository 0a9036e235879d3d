using System.Buffers.Binary;
using Bartizan.Log.Disks;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tiles;

/// <summary>
/// The right edge of the tree as tiles (C2SP tlog-tiles): takes leaves in order, writes each tile and bundle once it is full,
/// and the partial ones that a checkpoint needs. Used by one thread.
/// </summary>
internal sealed class TileWriter : ISubtrees
{
    private readonly TileFiles _files;
    private readonly byte[][] _edge = new byte[TilePath.MaxLevel + 1][];
    private readonly long[] _partialAt = new long[TilePath.MaxLevel + 1];
    private byte[] _bundle = new byte[64 * 1024];
    private int _bundleBytes;

    public TileWriter(string directory, ILogDisk disk)
    {
        _files = new TileFiles(directory, disk);
        for (var level = 0; level < _edge.Length; level++)
        {
            _edge[level] = new byte[TilePath.FullBytes];
        }
    }

    /// <summary>Number of leaves taken.</summary>
    public long Size { get; private set; }

    /// <summary>
    /// Goes on behind the first <paramref name="size"/> leaves, a multiple of 256, as their full tiles have them. False when
    /// those aren't all there.
    /// </summary>
    public bool TryContinue(string directory, long size)
    {
        _files.Discard();
        Size = size;
        _bundleBytes = 0;
        Array.Clear(_partialAt);
        var below = new byte[TilePath.FullBytes];
        for (var level = 1; level <= TilePath.MaxLevel; level++)
        {
            // Each hash of a tile is the root of a full one below: partial ones aren't needed, and may not have reached the disk.
            var hashes = size >> (TilePath.Height * level);
            for (var at = hashes - (hashes % TilePath.Width); at < hashes; at++)
            {
                if (!TileTree.TryLoad(directory, level - 1, at, TilePath.Width, below))
                {
                    Size = 0;
                    return false;
                }

                var place = (int)(at % TilePath.Width) * TreeHash.SizeBytes;
                TileTree.Fold(below, TilePath.Height, _edge[level].AsSpan(place));
            }
        }

        return true;
    }

    /// <summary>Takes the next leaf and its hash.</summary>
    public void Append(ReadOnlySpan<byte> leaf, ReadOnlySpan<byte> hash)
    {
        var needed = _bundleBytes + EntryBundle.LengthBytes + leaf.Length;
        if (_bundle.Length < needed)
        {
            Array.Resize(ref _bundle, Math.Max(_bundle.Length * 2, needed));
        }

        BinaryPrimitives.WriteUInt16BigEndian(_bundle.AsSpan(_bundleBytes), (ushort)leaf.Length);
        leaf.CopyTo(_bundle.AsSpan(_bundleBytes + EntryBundle.LengthBytes));
        _bundleBytes = needed;
        var at = Size;
        Size++;
        if (Size % TilePath.Width == 0)
        {
            var number = at / TilePath.Width;
            _files.Add(TilePath.Bundle(number, TilePath.Width), EntryBundle.Compress(_bundle.AsSpan(0, _bundleBytes)));
            _files.Retire(TilePath.BundlePartials(number));
            _bundleBytes = 0;
        }

        Put(0, at, hash);
    }

    /// <summary>Takes the hashes of 256 leaves that were pruned: their bundle is gone.</summary>
    public void AppendPruned(ReadOnlySpan<byte> hashes)
    {
        for (; hashes.Length > 0; hashes = hashes[TreeHash.SizeBytes..])
        {
            Put(0, Size++, hashes);
        }
    }

    /// <summary>Writes what a checkpoint of this size needs besides the full tiles, and puts everything in its place.</summary>
    public void Publish()
    {
        for (var level = 0; level <= TilePath.MaxLevel; level++)
        {
            var hashes = Size >> (TilePath.Height * level);
            var width = (int)(hashes % TilePath.Width);
            if (width == 0 || _partialAt[level] == hashes)
            {
                continue;
            }

            var number = hashes / TilePath.Width;
            _files.Add(TilePath.Tile(level, number, width), _edge[level].AsSpan(0, width * TreeHash.SizeBytes));
            if (level == 0)
            {
                _files.Add(TilePath.Bundle(number, width), _bundle.AsSpan(0, _bundleBytes));
            }

            _partialAt[level] = hashes;
        }

        _files.Publish();
    }

    /// <summary>Puts the full tiles in their place.</summary>
    public void PublishFull() => _files.Publish();

    /// <summary>The root of the tree of all leaves taken.</summary>
    public byte[] Root() => SubtreeHash.Root(this, Size);

    /// <summary>Subtrees of the right edge, which the root is made of.</summary>
    void ISubtrees.Read(int level, long index, Span<byte> hash)
    {
        var (tile, height) = (level / TilePath.Height, level % TilePath.Height);
        var first = (int)((index << height) % TilePath.Width);
        TileTree.Fold(_edge[tile].AsSpan(first * TreeHash.SizeBytes), height, hash);
    }

    private void Put(int level, long at, ReadOnlySpan<byte> hash)
    {
        var place = (int)(at % TilePath.Width);
        hash[..TreeHash.SizeBytes].CopyTo(_edge[level].AsSpan(place * TreeHash.SizeBytes));
        if (place != TilePath.Width - 1)
        {
            return;
        }

        var number = at / TilePath.Width;
        _files.Add(TilePath.Tile(level, number, TilePath.Width), _edge[level]);
        _files.Retire(TilePath.Partials(level, number));
        Span<byte> root = stackalloc byte[TreeHash.SizeBytes];
        TileTree.Fold(_edge[level], TilePath.Height, root);
        Put(level + 1, number, root);
    }
}
