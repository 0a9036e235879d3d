using System.Numerics;
using System.Security.Cryptography;

namespace Bartizan.Log.Tree;

/// <summary>
/// The right edge of a tree: the roots of its perfect subtrees, largest first, one for each bit set in the size. Enough to
/// go on appending and to tell the root, in at most 64 hashes.
/// </summary>
public sealed class CompactRange
{
    /// <summary>One subtree for each bit of a 63-bit size.</summary>
    public const int MaxSubtrees = 63;

    private readonly byte[] _hashes = new byte[(MaxSubtrees + 1) * TreeHash.SizeBytes];
    private int _count;

    /// <summary>An empty tree.</summary>
    public CompactRange() { }

    /// <summary>The edge of a tree of <paramref name="size"/> leaves, as <see cref="Subtrees"/> gave it.</summary>
    public CompactRange(long size, ReadOnlySpan<byte> subtrees)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (subtrees.Length != BitOperations.PopCount((ulong)size) * TreeHash.SizeBytes)
        {
            throw new ArgumentException("the number of subtrees doesn't fit the size", nameof(subtrees));
        }

        subtrees.CopyTo(_hashes);
        _count = subtrees.Length / TreeHash.SizeBytes;
        Size = size;
    }

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>The roots of the perfect subtrees, largest first, 32 bytes each.</summary>
    public ReadOnlySpan<byte> Subtrees => _hashes.AsSpan(0, _count * TreeHash.SizeBytes);

    /// <summary>Adds a leaf by its hash.</summary>
    public void Append(ReadOnlySpan<byte> leafHash)
    {
        leafHash[..TreeHash.SizeBytes].CopyTo(At(_count++));
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            _count--;
            TreeHash.Node(At(_count - 1), At(_count), At(_count - 1));
        }

        Size++;
    }

    /// <summary>The root of the tree.</summary>
    public byte[] Root()
    {
        var root = new byte[TreeHash.SizeBytes];
        if (_count == 0)
        {
            SHA256.HashData([], root);
            return root;
        }

        At(_count - 1).CopyTo(root);
        for (var i = _count - 2; i >= 0; i--)
        {
            TreeHash.Node(At(i), root, root);
        }

        return root;
    }

    /// <summary>A copy that goes its own way.</summary>
    public CompactRange Copy() => new(Size, Subtrees);

    private Span<byte> At(int i) => _hashes.AsSpan(i * TreeHash.SizeBytes, TreeHash.SizeBytes);
}
