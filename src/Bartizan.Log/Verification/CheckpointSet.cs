using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Verification;

/// <summary>The checkpoints that a log is held against: its own, and those that were kept elsewhere.</summary>
internal sealed class CheckpointSet
{
    private readonly List<(string Path, Checkpoint Checkpoint)> _others = [];

    private CheckpointSet(NoteVerifier? key) => Key = key;

    /// <summary>The key; null when there is none.</summary>
    public NoteVerifier? Key { get; }

    /// <summary>The log's own; null when it can't be trusted.</summary>
    public Checkpoint? Own { get; private set; }

    /// <summary>The rest: the copy, the witnessed one, those that somebody remembered.</summary>
    public IReadOnlyList<(string Path, Checkpoint Checkpoint)> Others => _others;

    /// <summary>Sizes at which the root is asked for.</summary>
    public IEnumerable<long> Sizes =>
        _others.Select(other => other.Checkpoint.Size).Concat(Own is { } own ? [own.Size] : []).Distinct();

    public static CheckpointSet Read(string directory, LogVerifierOptions options, FaultList faults)
    {
        var keyPath = Path.Combine(directory, CheckpointStore.VerifierName);
        NoteVerifier? beside = null;
        if (!File.Exists(keyPath) || !NoteVerifier.TryParse(File.ReadAllText(keyPath), out beside))
        {
            beside = null;
            faults.Add(LogFaultKind.KeyMissing, null, $"`{keyPath}` holds no key of a log");
        }
        else if (options.Key is { } expected && beside.ToString() != expected.ToString())
        {
            faults.Add(LogFaultKind.KeyReplaced, null, $"`{keyPath}` holds another key than `{expected}`");
        }

        var set = new CheckpointSet(options.Key ?? beside);
        set.Own = set.Open(Path.Combine(directory, CheckpointStore.FileName), faults, mustExist: true);
        var witnessed = Path.Combine(directory, CheckpointStore.WitnessedName);
        set.AddOther(witnessed, faults, mustExist: false);
        if (options.CheckpointCopy is { } copy)
        {
            set.AddOther(copy, faults, mustExist: false);
        }

        foreach (var remembered in options.Remembered)
        {
            set.AddOther(remembered, faults, mustExist: true);
        }

        set.ComparePairs(directory, faults);
        return set;
    }

    private void AddOther(string path, FaultList faults, bool mustExist)
    {
        if (Open(path, faults, mustExist) is { } checkpoint)
        {
            _others.Add((path, checkpoint));
        }
    }

    private Checkpoint? Open(string path, FaultList faults, bool mustExist)
    {
        if (!File.Exists(path))
        {
            if (mustExist)
            {
                faults.Add(LogFaultKind.CheckpointMissing, null, $"the checkpoint `{path}` is missing");
            }

            return null;
        }

        if (Key is null)
        {
            return null;
        }

        if (new FileInfo(path).Length > Checkpoint.MaxBytes)
        {
            faults.Add(LogFaultKind.CheckpointMissing, null, $"`{path}` is too long for a checkpoint");
            return null;
        }

        var checkpoint = Checkpoint.Open(File.ReadAllText(path), Key, out var problem);
        if (checkpoint is null)
        {
            faults.Add(LogFaultKind.CheckpointForged, null, $"the checkpoint `{path}` {problem}");
        }

        return checkpoint;
    }

    private void ComparePairs(string directory, FaultList faults)
    {
        var seen = new Dictionary<long, (string Path, string Root)>();
        if (Own is { } own)
        {
            seen[own.Size] = (Path.Combine(directory, CheckpointStore.FileName), own.Root);
        }

        foreach (var (path, checkpoint) in _others)
        {
            if (!seen.TryAdd(checkpoint.Size, (path, checkpoint.Root)) && seen[checkpoint.Size].Root != checkpoint.Root)
            {
                faults.Add(
                    LogFaultKind.SplitView,
                    null,
                    $"`{seen[checkpoint.Size].Path}` and `{path}` are both signed for {checkpoint.Size} entries but differ: one key signed two histories"
                );
            }
        }
    }
}
