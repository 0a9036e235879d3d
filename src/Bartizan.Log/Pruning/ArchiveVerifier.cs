using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Pruning;

/// <summary>
/// Verifies an archive from the file alone: its entries, behind the edge of the tree before them, must lead by the proof to the root that
/// its checkpoint signs.
/// </summary>
public sealed class ArchiveVerifier
{
    private readonly ArchiveOptions _options;
    private readonly List<ArchiveFault> _faults = [];
    private readonly List<ArchiveFault> _differing = [];
    private readonly Action<LogLeaf>? _leaf;
    private CompactRange _found = new();
    private CompactRange _known = new();
    private NoteVerifier? _key;
    private Checkpoint? _checkpoint;
    private byte[] _edge = [];
    private byte[] _proof = [];
    private string _origin = "";
    private string _vkey = "";
    private string _root = "";
    private long _first;
    private long _end;

    private ArchiveVerifier(ArchiveOptions options, Action<LogLeaf>? leaf)
    {
        _options = options;
        _leaf = leaf;
    }

    /// <summary>Verifies an archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to hold it against.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">When the file can't be read.</exception>
    public static ArchiveVerdict Verify(string path, ArchiveOptions options, CancellationToken cancellationToken) =>
        Verify(path, options, null, cancellationToken);

    /// <summary>The same, and gives out every entry as it stands there: what it says counts when the verdict holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to hold it against.</param>
    /// <param name="leaf">Told of each entry, in order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">When the file can't be read.</exception>
    public static ArchiveVerdict Verify(
        string path,
        ArchiveOptions options,
        Action<LogLeaf>? leaf,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        using var file = File.OpenRead(path);
        var digest = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Position = 0;
        var verifier = new ArchiveVerifier(options, leaf);
        verifier.Read(file, cancellationToken);
        if (options.Digest is { } expected && expected != digest)
        {
            verifier.Add(
                ArchiveFaultKind.Replaced,
                null,
                $"is not the archive that the log recorded: its SHA-256 is {digest}, recorded is {expected}"
            );
        }

        return new ArchiveVerdict(
            verifier._first,
            verifier._end,
            verifier._checkpoint,
            verifier._vkey,
            verifier._root,
            digest,
            [.. verifier._faults]
        );
    }

    private void Read(FileStream file, CancellationToken cancellationToken)
    {
        try
        {
            using var tar = new TarReader(file, leaveOpen: true);
            if (!ReadHeads(tar))
            {
                return;
            }

            for (var block = _first / TilePath.Width; block < _end / TilePath.Width; block++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var tile = Member(tar, TilePath.Tile(0, block, TilePath.Width), TilePath.FullBytes);
                var packed = Member(tar, TilePath.Bundle(block, TilePath.Width), ArchiveLayout.MaxBundleBytes);
                if (tile is null || packed is null)
                {
                    return;
                }

                Take(block, tile, packed);
            }

            Judge();
            if (tar.GetNextEntry() is { } more)
            {
                Add(ArchiveFaultKind.NotAnArchive, null, $"holds `{Short(more.Name)}` behind its last entry");
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or FormatException)
        {
            var cut = e is EndOfStreamException || _end > 0;
            Add(
                cut ? ArchiveFaultKind.Truncated : ArchiveFaultKind.NotAnArchive,
                null,
                cut ? $"ends before entry {_end} that it promises" : "is not an archive of a log"
            );
        }
    }

    private bool ReadHeads(TarReader tar)
    {
        var heads = new List<string>();
        foreach (var name in ArchiveLayout.Heads)
        {
            if (Member(tar, name, ArchiveLayout.MaxHeadBytes) is not { } content)
            {
                return false;
            }

            heads.Add(Encoding.UTF8.GetString(content));
            if (name == ArchiveLayout.Range && !ArchiveLayout.TryRange(heads[0], out _origin, out _first, out _end))
            {
                Add(ArchiveFaultKind.NotAnArchive, null, "doesn't say which entries of which log it holds");
                return false;
            }
        }

        return ReadKey(heads[1])
            && ReadCheckpoint(heads[2])
            && TryHashes(heads[3], CompactRange.MaxSubtrees, out _edge)
            && TryHashes(heads[4], ConsistencyProof.MaxHashes, out _proof)
            && Start();
    }

    private bool ReadKey(string text)
    {
        _vkey = text.Trim();
        if (!NoteVerifier.TryParse(text, out var own) || own.Name != _origin)
        {
            Add(ArchiveFaultKind.KeyReplaced, null, $"holds no key of the log `{Short(_origin)}`");
        }
        else if (_options.Key is { } expected && expected.ToString() != own.ToString())
        {
            Add(ArchiveFaultKind.KeyReplaced, null, $"holds another key than `{expected}`");
        }

        _key = _options.Key ?? own;
        return _key is not null;
    }

    private bool ReadCheckpoint(string note)
    {
        var checkpoint = Checkpoint.Open(note, _key!, out var problem);
        if (checkpoint is null)
        {
            Add(ArchiveFaultKind.CheckpointForged, null, $"has a checkpoint that {problem}");
            return false;
        }

        if (_options.Cosignatures?.IsMet(new SignedCheckpoint(checkpoint, note)) == false)
        {
            Add(ArchiveFaultKind.NotWitnessed, null, "has a checkpoint without the cosignatures that the policy asks");
        }

        if (checkpoint.Size < _end)
        {
            Add(
                ArchiveFaultKind.ProofWrong,
                null,
                $"promises entries up to {_end}, its checkpoint covers {checkpoint.Size}"
            );
            return false;
        }

        _checkpoint = checkpoint;
        return true;
    }

    private bool TryHashes(string text, int max, out byte[] hashes)
    {
        var lines = text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');
        hashes = [];
        if (lines.Length <= max && ProofText.TryRead(lines, out hashes) && ProofText.Write(hashes) == text)
        {
            return true;
        }

        Add(ArchiveFaultKind.ProofWrong, null, "has a proof that is none");
        return false;
    }

    private bool Start()
    {
        if (_edge.Length != System.Numerics.BitOperations.PopCount((ulong)_first) * TreeHash.SizeBytes)
        {
            Add(ArchiveFaultKind.ProofWrong, null, $"has an edge that is not that of a tree of {_first} entries");
            return false;
        }

        (_found, _known) = (new CompactRange(_first, _edge), new CompactRange(_first, _edge));
        return true;
    }

    private byte[]? Member(TarReader tar, string name, int max)
    {
        if (tar.GetNextEntry() is not { } entry)
        {
            Add(ArchiveFaultKind.Truncated, null, $"ends before `{name}`");
            return null;
        }

        if (entry.Name != name || entry.EntryType != TarEntryType.RegularFile || entry.Length > max)
        {
            Add(
                _end > 0 ? ArchiveFaultKind.Truncated : ArchiveFaultKind.NotAnArchive,
                null,
                $"has `{Short(entry.Name)}` where `{name}` belongs"
            );
            return null;
        }

        var content = new byte[entry.Length];
        entry.DataStream?.ReadExactly(content);
        return content;
    }

    private void Take(long block, byte[] tile, byte[] packed)
    {
        var first = block * TilePath.Width;
        if (tile.Length != TilePath.FullBytes)
        {
            _differing.Add(new ArchiveFault(ArchiveFaultKind.TileChanged, first, $"has a tile {block} that is none"));
            tile = new byte[TilePath.FullBytes];
        }

        var bundle = EntryBundle.Unpack(packed);
        Span<byte> hash = stackalloc byte[TreeHash.SizeBytes];
        var at = 0;
        for (var i = 0; i < TilePath.Width; i++)
        {
            var expected = tile.AsSpan(i * TreeHash.SizeBytes, TreeHash.SizeBytes);
            _known.Append(expected);
            if (bundle is null || !EntryBundle.Next(bundle, ref at, out var leaf))
            {
                hash.Clear();
            }
            else
            {
                TreeHash.Leaf(bundle.AsSpan(leaf), hash);
                _leaf?.Invoke(new LogLeaf(first + i, bundle.AsMemory()[leaf]));
            }

            if (!hash.SequenceEqual(expected) && _differing.Count < _options.MaxFaults)
            {
                _differing.Add(
                    new ArchiveFault(
                        ArchiveFaultKind.EntryChanged,
                        first + i,
                        $"has an entry {first + i} that was changed"
                    )
                );
            }

            _found.Append(hash);
        }

        if (bundle is not null && at != bundle.Length)
        {
            Add(ArchiveFaultKind.EntryChanged, first, $"has bytes behind entry {first + TilePath.Width - 1}");
        }
    }

    // Whose root is the signed one: the entries', the tiles', neither's?
    private void Judge()
    {
        if (Leads(_found))
        {
            _root = Convert.ToHexStringLower(_found.Root());
            foreach (var fault in _differing)
            {
                Add(ArchiveFaultKind.TileChanged, fault.Index, $"has a tile that isn't that of entry {fault.Index}");
            }
        }
        else if (_differing.Count > 0 && Leads(_known))
        {
            _differing.ForEach(fault => Add(fault.Kind, fault.Index, fault.Text));
        }
        else
        {
            Add(
                _differing.Count > 0 ? ArchiveFaultKind.Rewritten : ArchiveFaultKind.ProofWrong,
                null,
                "holds entries, hashes and a proof that lead to no signed root"
            );
        }
    }

    private bool Leads(CompactRange tree) =>
        ConsistencyProof.Check(_end, _checkpoint!.Size, tree.Root(), Convert.FromHexString(_checkpoint.Root), _proof);

    private static string Short(string text) => text.Length <= 80 ? text : text[..80];

    private void Add(ArchiveFaultKind kind, long? index, string text)
    {
        if (_faults.Count < _options.MaxFaults)
        {
            _faults.Add(new ArchiveFault(kind, index, $"the archive {text}"));
        }
    }
}
