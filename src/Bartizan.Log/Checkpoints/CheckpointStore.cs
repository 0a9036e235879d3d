using System.Text;

namespace Bartizan.Log.Checkpoints;

/// <summary>
/// The last checkpoint, in the log's directory and once more beside the key: who rolls back the one must know of the other.
/// And the last one that enough witnesses co-signed.
/// </summary>
internal sealed class CheckpointStore(string directory, string keyDirectory)
{
    public const string FileName = "checkpoint";
    public const string WitnessedName = "witnessed";
    public const string CopyName = "log.checkpoint";
    public const string KeyName = "log.key";
    public const string VerifierName = "vkey";
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(directory, FileName);
    private readonly string _witnessed = Path.Combine(directory, WitnessedName);
    private readonly string _copy = Path.Combine(keyDirectory, CopyName);

    public void Save(string note) => DurableFile.Replace([_copy, _path], Encoding.UTF8.GetBytes(note), Mode);

    /// <summary>
    /// After a crash between the two copies: both become the newest, so that who reads one sees what the other covers.
    /// </summary>
    public void Level(SignedCheckpoint newest, NoteVerifier verifier)
    {
        if (
            Read(_path, verifier)?.Checkpoint != newest.Checkpoint
            || Read(_copy, verifier)?.Checkpoint != newest.Checkpoint
        )
        {
            Save(newest.Note);
        }
    }

    public void SaveWitnessed(string note) => DurableFile.Replace(_witnessed, Encoding.UTF8.GetBytes(note), Mode);

    /// <summary>The cosigned one; null when there is none.</summary>
    public SignedCheckpoint? LoadWitnessed(NoteVerifier verifier) => Read(_witnessed, verifier);

    /// <summary>The newest of them; null when there is none.</summary>
    public SignedCheckpoint? Load(NoteVerifier verifier)
    {
        SignedCheckpoint? newest = null;
        var newestPath = "";
        foreach (var path in new[] { _path, _copy, _witnessed })
        {
            if (Read(path, verifier) is not { } read)
            {
                continue;
            }

            if (
                newest is not null
                && newest.Checkpoint.Size == read.Checkpoint.Size
                && newest.Checkpoint.Root != read.Checkpoint.Root
            )
            {
                throw new LogInconsistentException(
                    $"`{newestPath}` and `{path}` are both signed for {read.Checkpoint.Size} entries but differ: two logs were written with one key"
                );
            }

            if (newest is null || read.Checkpoint.Size > newest.Checkpoint.Size)
            {
                (newest, newestPath) = (read, path);
            }
        }

        return newest;
    }

    public static SignedCheckpoint? Read(string path, NoteVerifier verifier)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > Checkpoint.MaxBytes)
        {
            throw new LogInconsistentException($"`{path}` is too long for a checkpoint");
        }

        var note = File.ReadAllText(path);
        var checkpoint =
            Checkpoint.Open(note, verifier, out var problem)
            ?? throw new LogInconsistentException($"`{path}` {problem}");
        return new SignedCheckpoint(checkpoint, note);
    }
}
