using System.Text;

namespace Bartizan.Log.Checkpoints;

/// <summary>
/// The last checkpoint, in the log's directory and once more beside the key: who rolls back the one must know of the other.
/// </summary>
internal sealed class CheckpointStore(string directory, string keyDirectory)
{
    public const string FileName = "checkpoint";
    public const string CopyName = "log.checkpoint";
    public const string KeyName = "log.key";
    public const string VerifierName = "vkey";
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(directory, FileName);
    private readonly string _copy = Path.Combine(keyDirectory, CopyName);

    public void Save(string note)
    {
        var bytes = Encoding.UTF8.GetBytes(note);
        DurableFile.Replace(_copy, bytes, Mode);
        DurableFile.Replace(_path, bytes, Mode);
    }

    /// <summary>The newer of the two; null when there is neither.</summary>
    public Checkpoint? Load(NoteVerifier verifier)
    {
        var first = Read(_path, verifier);
        var second = Read(_copy, verifier);
        if (first is null || second is null)
        {
            return first ?? second;
        }

        if (first.Size == second.Size && first.Root != second.Root)
        {
            throw new LogInconsistentException(
                $"`{_path}` and `{_copy}` are both signed for {first.Size} entries but differ: two logs were written with one key"
            );
        }

        return first.Size >= second.Size ? first : second;
    }

    private static Checkpoint? Read(string path, NoteVerifier verifier)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > Checkpoint.MaxBytes)
        {
            throw new LogInconsistentException($"`{path}` is too long for a checkpoint");
        }

        return Checkpoint.Open(File.ReadAllText(path), verifier, out var problem)
            ?? throw new LogInconsistentException($"`{path}` {problem}");
    }
}
