using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Segments;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>
/// Verifies a log from its files alone, also while another process writes it: every entry is hashed again, and the tree's
/// root must be the one that the checkpoint's signature covers. What doesn't fit is named by its index: the derived hashes
/// beside the segments tell which entry it is, once they are proven by the same root.
/// </summary>
public sealed class LogVerifier
{
    private readonly string _directory;
    private readonly LogVerifierOptions _options;
    private readonly List<LogFault> _faults = [];
    private readonly List<LogFault> _differences = [];
    private readonly CompactRange _found = new();
    private readonly CompactRange _known = new();
    private long _tailBytes;

    private LogVerifier(string directory, LogVerifierOptions options)
    {
        _directory = directory;
        _options = options;
    }

    /// <summary>Verifies the log in a directory.</summary>
    public static Task<LogVerdict> VerifyAsync(
        string directory,
        LogVerifierOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => new LogVerifier(directory, options).Verify(cancellationToken), cancellationToken);
    }

    private LogVerdict Verify(CancellationToken cancellationToken)
    {
        var checkpoints = ReadCheckpoints();
        var newest = checkpoints.MaxBy(checkpoint => checkpoint.Size);
        var roots = new Dictionary<long, (string? Found, string? Known)>();
        foreach (var checkpoint in checkpoints)
        {
            roots[checkpoint.Size] = checkpoint.Size == 0 ? (Root(_found), Root(_known)) : default;
        }

        try
        {
            var segments = SegmentFile.List(_directory);
            if (segments.Count == 0 || segments[0].Header.FirstIndex != 0)
            {
                Add(LogFaultKind.Segment, 0, $"the first segment of the log in `{_directory}` is missing");
            }

            foreach (var segment in segments)
            {
                Read(segment, newest?.Size ?? 0, roots, cancellationToken);
            }
        }
        catch (LogInconsistentException e)
        {
            Add(LogFaultKind.Segment, null, e.Message);
        }

        foreach (var checkpoint in checkpoints.OrderByDescending(checkpoint => checkpoint.Size).Take(1))
        {
            Judge(checkpoint, roots[checkpoint.Size]);
        }

        foreach (var older in checkpoints.Where(older => older.Size < newest!.Size))
        {
            if (_faults.Count == 0 && roots[older.Size].Found != older.Root)
            {
                Add(
                    LogFaultKind.Rewritten,
                    null,
                    $"the first {older.Size} entries aren't those of an earlier checkpoint: the log was rewritten and signed again"
                );
            }
        }

        var unsigned = newest is null ? _found.Size : Math.Max(0, _found.Size - newest.Size);
        return new LogVerdict(_found.Size, newest, unsigned, _tailBytes, [.. _faults.Take(_options.MaxFaults)]);
    }

    private static string Root(CompactRange tree) => Convert.ToHexStringLower(tree.Root());

    private void Add(LogFaultKind kind, long? index, string text) => _faults.Add(new LogFault(kind, index, text));

    private ImmutableArray<Checkpoint> ReadCheckpoints()
    {
        var key = _options.Key;
        var keyPath = Path.Combine(_directory, CheckpointStore.VerifierName);
        if (key is null && !(File.Exists(keyPath) && NoteVerifier.TryParse(File.ReadAllText(keyPath), out key)))
        {
            Add(LogFaultKind.Checkpoint, null, $"`{keyPath}` holds no key to verify with");
            return [];
        }

        var checkpoints = ImmutableArray.CreateBuilder<Checkpoint>();
        var path = Path.Combine(_directory, CheckpointStore.FileName);
        foreach (var file in new[] { path, _options.CheckpointCopy })
        {
            if (file is null || (file != path && !File.Exists(file)))
            {
                continue;
            }

            var problem = "is missing";
            var note =
                File.Exists(file) && new FileInfo(file).Length <= Checkpoint.MaxBytes ? File.ReadAllText(file) : null;
            if (note is not null && Checkpoint.Open(note, key!, out problem) is { } checkpoint)
            {
                checkpoints.Add(checkpoint);
            }
            else
            {
                Add(LogFaultKind.Checkpoint, null, $"the checkpoint `{file}` {problem}");
            }
        }

        return checkpoints.ToImmutable();
    }

    private void Read(
        SegmentFile segment,
        long signedSize,
        Dictionary<long, (string? Found, string? Known)> roots,
        CancellationToken cancellationToken
    )
    {
        var reading = SegmentReading.Read(segment, signedSize, cancellationToken);
        _tailBytes = reading.TailBytes;
        var agrees = reading.Agrees();
        for (var i = 0; i < reading.Count; i++)
        {
            _found.Append(reading.Hash(i));
            if (roots.TryGetValue(_found.Size, out var at))
            {
                roots[_found.Size] = at with { Found = Root(_found) };
            }
        }

        // An index that is only short was not written to its end: the entries themselves stand in for it.
        var known = agrees ? reading.Count : reading.KnownCount;
        for (var i = 0; i < known; i++)
        {
            _known.Append(agrees ? reading.Hash(i) : reading.Known(i));
            if (roots.TryGetValue(_known.Size, out var at))
            {
                roots[_known.Size] = at with { Known = Root(_known) };
            }
        }

        if (!agrees)
        {
            _differences.AddRange(SegmentComparison.Differences(reading).Take(_options.MaxFaults));
        }
    }

    private void Judge(Checkpoint signed, (string? Found, string? Known) root)
    {
        if (root.Found == signed.Root)
        {
            // Beyond the checkpoint nothing is proven; a damaged entry there is still one.
            foreach (var fault in _differences.Where(fault => fault.Index >= signed.Size))
            {
                _faults.Add(fault);
            }

            return;
        }

        if (root.Known == signed.Root)
        {
            _faults.AddRange(_differences.Where(fault => fault.Index < signed.Size));
        }

        if (_found.Size < signed.Size)
        {
            Add(
                LogFaultKind.Truncated,
                _found.Size,
                $"the log was cut short: it ends before entry {_found.Size}, its checkpoint covers {signed.Size} entries"
            );
        }
        else if (_faults.Count == 0)
        {
            _faults.AddRange(_differences);
            Add(
                LogFaultKind.Rewritten,
                null,
                $"the first {signed.Size} entries aren't those that the checkpoint covers, and the derived hashes don't tell which: the log was rewritten"
            );
        }
    }
}
