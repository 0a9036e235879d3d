using System.Text;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// A witness of other parties' logs (C2SP tlog-witness): it cosigns a checkpoint only when it continues the last one that it cosigned
/// for the same log. So a log can't show it one tree and others another, and can't go back, without losing its cosignature.
/// <code>
/// request ─ 400 readable? ─ 404 a log I know? ─ 403 signed by it? ─ 409 from what I saw last? ─ 422 proven? ─ keep, durable ─ 200 cosign
/// </code>
/// It sees sizes and hashes, never an entry. Meant for another machine under another hand than the log's: a witness that the log's own
/// operator controls proves nothing against him.
/// </summary>
public sealed class Witness : IDisposable
{
    private const string KeyName = "witness.key";
    private const string VerifierName = "vkey";
    private const string OriginsName = "origins";
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly WitnessOptions _options;
    private readonly TimeProvider _clock;
    private readonly FileStream _owner;
    private readonly Cosigner _cosigner;
    private readonly Dictionary<string, WitnessedTree> _trees;

    private Witness(
        WitnessOptions options,
        TimeProvider clock,
        FileStream owner,
        Cosigner cosigner,
        Dictionary<string, WitnessedTree> trees
    )
    {
        _options = options;
        _clock = clock;
        _owner = owner;
        _cosigner = cosigner;
        _trees = trees;
    }

    /// <summary>The key that its cosignatures verify with.</summary>
    public CosignatureVerifier Verifier => _cosigner.Verifier;

    /// <summary>The logs that it witnesses, and the size of the last tree that it cosigned of each.</summary>
    public IReadOnlyDictionary<string, long> Sizes => _trees.ToDictionary(pair => pair.Key, pair => pair.Value.Size);

    /// <summary>Opens a witness's directory, or makes it with a new key.</summary>
    /// <exception cref="WitnessDamagedException">When its key or what it has seen isn't whole.</exception>
    /// <exception cref="IOException">When another process is this witness.</exception>
    public static Witness Open(WitnessOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        Directory.CreateDirectory(options.Directory, Folder);
        var owner = Own(options.Directory);
        try
        {
            var cosigner = OpenKey(options);
            var trees = new Dictionary<string, WitnessedTree>(StringComparer.Ordinal);
            var known = KnownOrigins(options.Directory);
            foreach (var origin in options.Logs.Logs.Select(log => log.Key.Name).Distinct(StringComparer.Ordinal))
            {
                if (!known.Contains(origin))
                {
                    // The file first: a name on the list whose file is missing always means that it was taken away.
                    WitnessedTree.Create(options.Directory, origin);
                    known.Add(origin);
                    DurableFile.Replace(
                        Path.Combine(options.Directory, OriginsName),
                        Encoding.UTF8.GetBytes(string.Concat(known.Select(one => $"{one}\n"))),
                        Private
                    );
                }

                trees.Add(origin, WitnessedTree.Load(options.Directory, origin, cosigner.Verifier));
            }

            return new Witness(options, clock, owner, cosigner, trees);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Answers <c>POST /add-checkpoint</c>.</summary>
    /// <exception cref="IOException">When what it would cosign can't be kept; nothing is cosigned then.</exception>
    public WitnessAnswer AddCheckpoint(ReadOnlySpan<byte> request)
    {
        if (
            Witnessing.AddCheckpoint.TryRead(request) is not { } asked
            || NoteText.TryRead(asked.Note) is not { } note
            || TreeHead.TryRead(note.Body) is not { } head
        )
        {
            return WitnessAnswer.Refused(400, "the request is not one of tlog-witness");
        }

        if (!_trees.TryGetValue(head.Origin, out var tree))
        {
            return WitnessAnswer.Refused(404, "this witness doesn't know the log");
        }

        // Signatures of unknown keys are ignored; more than one key may be trusted for a log whose key was changed.
        if (!_options.Logs.Logs.Any(log => log.Key.Name == head.Origin && log.Key.Open(asked.Note, out _) == note.Body))
        {
            return WitnessAnswer.Refused(403, "no signature is by a key that this witness trusts for the log");
        }

        return asked.OldSize > head.Size
            ? WitnessAnswer.Refused(400, "the old size is above the checkpoint's")
            : Continue(tree, asked, head, note.Body);
    }

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();

    private WitnessAnswer Continue(WitnessedTree tree, AddCheckpoint asked, TreeHead head, string body)
    {
        // INVARIANT: compare, keep and sign are one step: of two requests from one state, the second finds the first's.
        lock (tree.Turn)
        {
            if (asked.OldSize != tree.Size)
            {
                return WitnessAnswer.Conflict(tree.Size);
            }

            if (head.Size == tree.Size && head.Root != tree.Root)
            {
                Keep(tree, asked, "fork");
                return WitnessAnswer.Conflict(tree.Size);
            }

            if (
                !ConsistencyProof.Check(
                    tree.Size,
                    head.Size,
                    Convert.FromHexString(tree.Root),
                    head.RootBytes,
                    asked.Proof.Span
                )
            )
            {
                Keep(tree, asked, "unproven");
                return WitnessAnswer.Refused(
                    422,
                    "the proof doesn't lead from the tree that was cosigned last to this one"
                );
            }

            // A clock that went back must not make a larger tree look older than a smaller one.
            var time = Math.Max(_clock.GetUtcNow().ToUnixTimeSeconds(), tree.Time);
            var cosignature = _cosigner.Sign(body, time);
            tree.Advance(head, body, cosignature);
            return WitnessAnswer.Cosigned(cosignature);
        }
    }

    // A signed checkpoint that contradicts what was cosigned is the proof of the log's misbehaviour. The first is kept.
    private void Keep(WitnessedTree tree, AddCheckpoint asked, string how)
    {
        var path = Path.Combine(_options.Directory, $"{WitnessedTree.NameOf(tree.Origin)}.{how}");
        if (!File.Exists(path))
        {
            DurableFile.Replace(path, asked.ToBytes(), Private);
        }
    }

    private static FileStream Own(string directory)
    {
        try
        {
            return new FileStream(
                Path.Combine(directory, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException e)
        {
            throw new IOException($"another process is the witness in `{directory}`", e);
        }
    }

    private static Cosigner OpenKey(WitnessOptions options)
    {
        var path = Path.Combine(options.Directory, KeyName);
        if (!File.Exists(path))
        {
            if (File.Exists(Path.Combine(options.Directory, OriginsName)))
            {
                throw new WitnessDamagedException($"the witness's key `{path}` is missing: restore it");
            }

            Cosigner.Create(options.Name).Save(path);
        }

        var cosigner = Cosigner.Load(path);
        DurableFile.Replace(
            Path.Combine(options.Directory, VerifierName),
            Encoding.UTF8.GetBytes($"{cosigner.Verifier}\n"),
            Private
        );
        return cosigner;
    }

    private static List<string> KnownOrigins(string directory)
    {
        var path = Path.Combine(directory, OriginsName);
        return File.Exists(path) ? [.. File.ReadAllLines(path)] : [];
    }
}
