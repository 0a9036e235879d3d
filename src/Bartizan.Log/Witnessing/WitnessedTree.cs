using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// What a witness has seen of one log: the last checkpoint that it cosigned, in a file of its own with the cosignature, so that a
/// damaged file is told from a whole one by the witness's own signature.
/// </summary>
internal sealed class WitnessedTree
{
    private const string Nothing = "nothing seen of ";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _path;

    private WitnessedTree(string path, string origin)
    {
        _path = path;
        Origin = origin;
    }

    public string Origin { get; }

    /// <summary>One request of a log at a time: what is checked and what is kept then is one step.</summary>
    public Lock Turn { get; } = new();

    /// <summary>Size of the tree cosigned last; 0 for none.</summary>
    public long Size { get; private set; }

    /// <summary>Its root in hexadecimal.</summary>
    public string Root { get; private set; } = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>When, in seconds since 1970.</summary>
    public long Time { get; private set; }

    public static string NameOf(string origin) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    public static WitnessedTree Create(string directory, string origin)
    {
        var tree = new WitnessedTree(Path.Combine(directory, NameOf(origin)), origin);
        DurableFile.Replace(tree._path, Encoding.UTF8.GetBytes($"{Nothing}{origin}\n"), Private);
        return tree;
    }

    public static WitnessedTree Load(string directory, string origin, CosignatureVerifier self)
    {
        var tree = new WitnessedTree(Path.Combine(directory, NameOf(origin)), origin);
        if (!File.Exists(tree._path))
        {
            throw tree.Damaged("is missing");
        }

        if (new FileInfo(tree._path).Length > Checkpoint.MaxBytes)
        {
            throw tree.Damaged("is too long");
        }

        var text = File.ReadAllText(tree._path);
        if (text == $"{Nothing}{origin}\n")
        {
            return tree;
        }

        if (
            NoteText.TryRead(text) is not { } note
            || self.Find(note.Body, note.Lines) is not { } own
            || TreeHead.TryRead(note.Body) is not { } head
            || head.Origin != origin
        )
        {
            throw tree.Damaged("doesn't hold what this witness cosigned last");
        }

        (tree.Size, tree.Root, tree.Time) = (head.Size, head.Root, own.Time);
        return tree;
    }

    /// <summary>Keeps what is about to be cosigned. Durable when it returns; if it throws, nothing was cosigned.</summary>
    public void Advance(TreeHead head, string body, Cosignature cosignature)
    {
        DurableFile.Replace(_path, Encoding.UTF8.GetBytes($"{body}\n{cosignature.Line}\n"), Private);
        (Size, Root, Time) = (head.Size, head.Root, cosignature.Time);
    }

    private WitnessDamagedException Damaged(string how) =>
        new(
            $"`{_path}`, what this witness has seen of the log `{Origin}`, {how}: restore it, or take the log out of the witness and tell its operators"
        );
}
