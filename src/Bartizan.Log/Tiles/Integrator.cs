using Bartizan.Log.Checkpoints;
using Bartizan.Log.Disks;
using Bartizan.Log.Pruning;
using Bartizan.Log.Segments;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tiles;

/// <summary>
/// The step behind the commit: reads durable entries back from the files, hashes them again and lays them out as tiles. Its
/// root must be the one that the writer hashed from memory, so nothing is signed that the files don't hold.
/// </summary>
internal sealed class Integrator
{
    // Between them whoever waits for the processor goes first.
    private const int EntriesAtOnce = 16;

    private readonly string _directory;
    private readonly TileWriter _tiles;
    private readonly LeafWalk _leaves;
    private readonly SegmentHandover _handover;
    private readonly BootMark _mark;
    private readonly byte[] _hash = new byte[TreeHash.SizeBytes];
    private Checkpoint _last;
    private bool _behind = true;
    private bool _isDistrusted;

    /// <param name="directory">The log's directory.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="last">The last checkpoint: its tiles were published before it was.</param>
    public Integrator(string directory, ILogDisk disk, Checkpoint last)
    {
        _directory = directory;
        _tiles = new TileWriter(directory, disk);
        _leaves = new LeafWalk(directory, new byte[FrameReader.ChunkBytes]);
        _handover = new SegmentHandover(directory, disk);
        _mark = new BootMark(directory);
        _last = last;
    }

    /// <summary>Number of entries in the tiles.</summary>
    public long Size => _behind ? 0 : _tiles.Size;

    /// <summary>False after a power failure, until <see cref="CatchUp"/> laid out what it may have taken.</summary>
    public bool HasTiles => !_behind || _mark.Holds();

    /// <summary>
    /// Takes entries up to a checkpoint that isn't signed yet. False while older ones are still to come: one call goes on to
    /// the next place whose root is known, so that none takes long.
    /// </summary>
    /// <exception cref="LogInconsistentException">When the files don't hold what the checkpoint covers.</exception>
    public bool Advance(Checkpoint now, CancellationToken cancellationToken)
    {
        CatchUp(cancellationToken);
        var goal = NextGoal(now);
        Take(goal.Size, cancellationToken);
        Compare(goal);
        return _tiles.Size == now.Size;
    }

    /// <summary>
    /// Takes up the tiles of the last checkpoint. Those that a power failure may have taken are laid out anew, and when they
    /// aren't what it signed, all of them; but from signed entries only.
    /// </summary>
    public void CatchUp(CancellationToken cancellationToken)
    {
        if (!_behind)
        {
            return;
        }

        var marked = !_isDistrusted && _mark.Holds();
        var whole = marked ? TakeFrom(_last.Size, cancellationToken) : TakeFromSegments(cancellationToken);
        if (!whole)
        {
            if (!IsSigned(0, new CompactRange(), cancellationToken))
            {
                throw Otherwise(_last);
            }

            _ = TakeFrom(0, cancellationToken);
            Compare(_last);
        }

        if (!marked || !whole)
        {
            _tiles.Publish();
            _mark.Set();
        }

        _isDistrusted = false;
        _behind = false;
    }

    /// <summary>Publishes the tiles that a checkpoint of this size needs.</summary>
    public void Publish(Checkpoint checkpoint)
    {
        _tiles.Publish();
        _last = checkpoint;
    }

    /// <summary>Publishes the full tiles.</summary>
    public void PublishFull() => _tiles.PublishFull();

    /// <summary>
    /// Gives up the oldest segment if its bundles are published and it was closed before <paramref name="closedBefore"/>; false
    /// when there is none to give up, now or soon.
    /// </summary>
    public bool GiveUpSegment(DateTimeOffset closedBefore, CancellationToken cancellationToken) =>
        _handover.GiveUpOldest(_leaves.Segments(), _last.Size, closedBefore, cancellationToken);

    /// <summary>After a sync that failed: nobody knows what of the tiles is on the disk.</summary>
    public void Distrust()
    {
        // A disk that fails may not let the mark be taken away either.
        _isDistrusted = true;
        _behind = true;
        _mark.Clear();
    }

    /// <summary>A checkpoint, unsigned, of what is in the tiles.</summary>
    public Checkpoint Commitment() => new(_last.Origin, _tiles.Size, Convert.ToHexStringLower(_tiles.Root()));

    /// <summary>After a failed write: what was taken since the last checkpoint is taken again.</summary>
    public void Restart() => _behind = true;

    // Below the first segment everything was synced before the segments there were given up.
    private bool TakeFromSegments(CancellationToken cancellationToken)
    {
        if (_leaves.Segments() is not [var first, ..] || first.Header.FirstIndex > _last.Size)
        {
            return TakeFrom(_last.Size, cancellationToken);
        }

        return IsSigned(first.Header.FirstIndex, first.Header.Tree(), cancellationToken)
            && TakeFrom(first.Header.FirstIndex, cancellationToken);
    }

    // INVARIANT: tiles and bundles are laid anew only from entries that the last checkpoint signed. Who changed a segment and
    // waits for a power failure must not have the log itself destroy the hashes and copies that tell what was changed.
    private bool IsSigned(long from, CompactRange tree, CancellationToken cancellationToken)
    {
        var hashes = new byte[TilePath.FullBytes];
        for (var minimum = MinimumIndex.Of(_directory).Index; tree.Size < minimum; )
        {
            if (tree.Size % TilePath.Width != 0)
            {
                return false;
            }

            LoadPruned(tree.Size / TilePath.Width, hashes);
            for (var at = 0; at < hashes.Length; at += TreeHash.SizeBytes)
            {
                tree.Append(hashes.AsSpan(at));
            }
        }

        foreach (var (_, spared) in _leaves.Read(from, _last.Size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            TreeHash.LeafInPlace(spared.Span, _hash);
            tree.Append(_hash);
        }

        return Checkpoint.Of(_last.Origin, tree) == _last;
    }

    private bool TakeFrom(long from, CancellationToken cancellationToken)
    {
        if (!_tiles.TryContinue(_directory, from - (from % TilePath.Width)))
        {
            return false;
        }

        TakePruned(cancellationToken);
        Take(_last.Size, cancellationToken);
        return Commitment() == _last;
    }

    private void Take(long size, CancellationToken cancellationToken)
    {
        foreach (var (_, spared) in _leaves.Read(_tiles.Size, size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_tiles.Size % EntriesAtOnce == 0)
            {
                _ = Thread.Yield();
            }

            TreeHash.LeafInPlace(spared.Span, _hash);
            _tiles.Append(spared.Span[1..], _hash);
        }

        if (_tiles.Size < size)
        {
            throw new LogInconsistentException(
                $"entry {_tiles.Size} of the log in `{_directory}` was written and can't be read back"
            );
        }
    }

    // What was pruned has no entries left to hash: its tiles are all that there is, and the root decides whether they are right.
    private void TakePruned(CancellationToken cancellationToken)
    {
        var hashes = new byte[TilePath.FullBytes];
        for (var minimum = MinimumIndex.Of(_directory).Index; _tiles.Size < minimum; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            LoadPruned(_tiles.Size / TilePath.Width, hashes);
            _tiles.AppendPruned(hashes);
        }
    }

    private void LoadPruned(long block, byte[] hashes)
    {
        if (!TileTree.TryLoad(_directory, 0, block, TilePath.Width, hashes))
        {
            throw new LogInconsistentException(
                $"the tile `{TilePath.Tile(0, block, TilePath.Width)}` of the log in `{_directory}` is missing, and its entries were pruned"
            );
        }
    }

    // A segment's header holds the tree before its first entry.
    private Checkpoint NextGoal(Checkpoint now)
    {
        var next = _leaves
            .Segments()
            .FirstOrDefault(segment => segment.Header.FirstIndex > _tiles.Size && segment.Header.FirstIndex < now.Size);
        return next is null ? now : Checkpoint.Of(now.Origin, next.Header.Tree());
    }

    private void Compare(Checkpoint expected)
    {
        if (Commitment() != expected)
        {
            throw Otherwise(expected);
        }
    }

    private LogInconsistentException Otherwise(Checkpoint expected) =>
        new(
            $"the first {expected.Size} entries of the log in `{_directory}` read back otherwise than they were written: no checkpoint is signed over them; `bartizan log verify` names which"
        );
}
