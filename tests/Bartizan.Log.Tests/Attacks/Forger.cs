using System.Buffers.Binary;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>Somebody who can write a log's files and knows their format: checksums are set right, compressed files packed anew.</summary>
internal sealed class Forger(string directory)
{
    public string Directory { get; } = directory;

    public string At(string relative) => Path.Combine(Directory, relative);

    public string Segment(int number) => SegmentFile.PathOf(Directory, number);

    /// <summary>The first entry of a segment.</summary>
    public long First(int number) =>
        BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(Segment(number)).AsSpan(16));

    /// <summary>Changes bytes of a file in place.</summary>
    public void Patch(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Takes a segment's records apart, lets them be changed, and seals each again.</summary>
    public void Records(int number, Action<List<byte[]>> change)
    {
        var bytes = File.ReadAllBytes(Segment(number));
        var salt = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24));
        var leaves = new List<byte[]>();
        var at = SegmentHeader.Bytes;
        while (Frame.Look(bytes.AsSpan(at), salt, out var length, out _) == FrameState.Whole)
        {
            leaves.Add(bytes[(at + Frame.HeadBytes)..(at + Frame.HeadBytes + length)]);
            at += Frame.HeadBytes + length;
        }

        change(leaves);
        using var file = new MemoryStream();
        file.Write(bytes.AsSpan(0, SegmentHeader.Bytes));
        foreach (var leaf in leaves)
        {
            byte[] frame = [.. new byte[Frame.HeadBytes], .. leaf];
            Frame.Seal(frame, salt, startsCommit: true);
            file.Write(frame);
        }

        File.WriteAllBytes(Segment(number), file.ToArray());
        File.Delete(Path.ChangeExtension(Segment(number), ".index"));
    }

    /// <summary>Changes a segment's header and sets its checksum right.</summary>
    public void Header(int number, Action<byte[]> change) =>
        Patch(
            Segment(number),
            bytes =>
            {
                change(bytes);
                BinaryPrimitives.WriteUInt32LittleEndian(
                    bytes.AsSpan(SegmentHeader.Bytes - 4),
                    Crc32C.Of(bytes.AsSpan(0, SegmentHeader.Bytes - 4))
                );
            }
        );

    /// <summary>Unpacks a full bundle, lets its entries be changed, and packs it again.</summary>
    public void Bundle(long number, Action<List<byte[]>> change)
    {
        var path = At(TilePath.Bundle(number, TilePath.Width));
        var bundle = EntryBundle.Read(path, out _)!;
        var leaves = new List<byte[]>();
        for (var at = 0; EntryBundle.Next(bundle, ref at, out var leaf); )
        {
            leaves.Add(bundle[leaf]);
        }

        change(leaves);
        using var plain = new MemoryStream();
        foreach (var leaf in leaves)
        {
            plain.Write([(byte)(leaf.Length >> 8), (byte)leaf.Length]);
            plain.Write(leaf);
        }

        File.WriteAllBytes(path, EntryBundle.Compress(plain.ToArray()));
    }

    /// <summary>What a tile would hold for these entries.</summary>
    public static byte[] Hashes(IEnumerable<byte[]> leaves)
    {
        var hashes = new List<byte>();
        var hash = new byte[TreeHash.SizeBytes];
        foreach (var leaf in leaves)
        {
            TreeHash.Leaf(leaf, hash);
            hashes.AddRange(hash);
        }

        return [.. hashes];
    }

    /// <summary>The key that the log signs with, stolen.</summary>
    public NoteSigner StolenKey() => NoteSigner.Load(At("keys/log.key"));

    /// <summary>Puts a checkpoint of a signer's choosing in place.</summary>
    public void Sign(NoteSigner signer, long size, string root) =>
        File.WriteAllText(At("checkpoint"), new Checkpoint(signer.Verifier.Name, size, root).Sign(signer));

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
