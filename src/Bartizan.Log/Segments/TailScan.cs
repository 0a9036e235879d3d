using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Segments;

/// <summary>
/// Reads the last segment or two when a log is opened: brings the tree up to date, holds it against the last checkpoint, and
/// tells a torn write from a change.
/// </summary>
internal sealed class TailScan
{
    // A torn write leaves the file short or whole sectors of zeros; disks don't tear within 512 bytes.
    private const int SectorBytes = 512;

    private readonly List<byte> _index = [];

    private TailScan(CompactRange tree) => Tree = tree;

    /// <summary>The tree with everything that is whole.</summary>
    public CompactRange Tree { get; private set; }

    /// <summary>The end of the last whole frame in the last segment.</summary>
    public long End { get; private set; } = SegmentHeader.Bytes;

    /// <summary>Bytes behind it.</summary>
    public long TornBytes { get; private set; }

    /// <summary>The derived index of the last segment.</summary>
    public ReadOnlySpan<byte> Index => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_index);

    /// <exception cref="LogInconsistentException">When the files aren't what the checkpoint covers.</exception>
    public static TailScan Run(List<SegmentFile> segments, Checkpoint last, CancellationToken cancellationToken)
    {
        var start = Math.Max(0, segments.FindLastIndex(segment => segment.Header.FirstIndex <= last.Size));
        var scan = new TailScan(segments[start].Header.Tree());
        if (scan.Tree.Size == last.Size)
        {
            Compare(scan.Tree, last);
        }

        for (var i = start; i < segments.Count; i++)
        {
            if (segments[i].Header.FirstIndex != scan.Tree.Size)
            {
                throw new LogInconsistentException(
                    $"entry {scan.Tree.Size} in `{segments[i - 1].Path}` is damaged or missing; `bartizan log verify` tells more"
                );
            }

            scan.Read(segments[i], isLast: i == segments.Count - 1, last, cancellationToken);
        }

        return scan.Tree.Size >= last.Size
            ? scan
            : throw new LogInconsistentException(
                $"the log was cut short or rolled back: the last checkpoint covers {last.Size} entries, the files hold {scan.Tree.Size}"
            );
    }

    private static void Compare(CompactRange tree, Checkpoint last)
    {
        if (Convert.ToHexStringLower(tree.Root()) != last.Root)
        {
            throw new LogInconsistentException(
                $"the log was changed: its first {last.Size} entries are not those that the last checkpoint covers; `bartizan log verify` names which"
            );
        }
    }

    private void Read(SegmentFile segment, bool isLast, Checkpoint last, CancellationToken cancellationToken)
    {
        using var file = segment.OpenForReading();
        _index.Clear();
        var frames = new FrameReader(file, segment.Header.Salt, SegmentHeader.Bytes);
        var hash = new byte[TreeHash.SizeBytes];
        var entry = new byte[SegmentFile.IndexEntryBytes];
        FrameState state;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var offset = frames.Offset;
            state = frames.Next(out var frame, out _);
            if (state != FrameState.Whole)
            {
                break;
            }

            TreeHash.LeafInPlace(frame.Span[(Frame.HeadBytes - 1)..], hash);
            SegmentWriter.PutIndex(entry, (uint)offset, hash);
            _index.AddRange(entry);
            Tree.Append(hash);
            if (Tree.Size == last.Size)
            {
                Compare(Tree, last);
            }
        }

        End = frames.Offset;
        var written = SegmentFile.WrittenLength(file);
        var length = RandomAccess.GetLength(file);
        TornBytes = Math.Max(0, written - End);
        if (isLast && TornBytes > 0)
        {
            var tail = new byte[Math.Min(TornBytes, Array.MaxLength)];
            _ = RandomAccess.Read(file, tail, End);
            if (!IsTorn(tail, End, state, segment.Header.Salt))
            {
                throw new LogInconsistentException(
                    $"entry {Tree.Size} in `{segment.Path}` was changed after it had been written"
                );
            }

            if (length - written < SectorBytes)
            {
                // So few zeros aren't those that a writer keeps behind its records: they are the torn record's own.
                TornBytes = length - End;
            }
        }
    }

    private static bool IsTorn(ReadOnlySpan<byte> tail, long offset, FrameState state, ulong salt)
    {
        // INVARIANT: only what was never acknowledged is cut off. A readable start of a later commit proves that what lies
        // before it had been.
        for (var i = 1; i < tail.Length - Frame.HeadBytes; i++)
        {
            if (
                tail[i + 3] == 0x80
                && tail[i + 2] == 0
                && Frame.Look(tail[i..], salt, out _, out var starts) == FrameState.Whole
                && starts
            )
            {
                return false;
            }
        }

        return state == FrameState.Incomplete || Frame.IsCutShort(tail) || HasEmptySector(tail, offset);
    }

    private static bool HasEmptySector(ReadOnlySpan<byte> tail, long offset)
    {
        for (var at = 0; at < tail.Length; )
        {
            var length = (int)Math.Min(SectorBytes - ((offset + at) % SectorBytes), tail.Length - at);
            if (!tail.Slice(at, length).ContainsAnyExcept((byte)0))
            {
                return true;
            }

            at += length;
        }

        return false;
    }
}
