using System.Globalization;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Checkpoints;

/// <summary>
/// What the log commits itself to (C2SP tlog-checkpoint): its origin, its size and the root of its tree, in a signed note:
/// <code>
/// origin
/// size
/// base64 of the root
///
/// — origin base64 of key id and Ed25519 signature
/// </code>
/// </summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">The root of the tree, in hexadecimal.</param>
public sealed record Checkpoint(string Origin, long Size, string Root)
{
    /// <summary>A checkpoint has a few short lines; anything longer isn't one.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The signed text.</summary>
    public string Body() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Origin}\n{Size}\n{Convert.ToBase64String(Convert.FromHexString(Root))}\n"
        );

    /// <summary>Signs it.</summary>
    public string Sign(NoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return signer.Sign(Body());
    }

    /// <summary>Reads a signed checkpoint; null with a reason unless the key signed exactly this for its own log.</summary>
    public static Checkpoint? Open(string note, NoteVerifier verifier, out string problem)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var body = verifier.Open(note, out problem);
        if (body is null)
        {
            return null;
        }

        var lines = body.Split('\n');
        var root = new byte[TreeHash.SizeBytes + 3];
        if (
            lines.Length < 4
            || !string.Equals(lines[0], verifier.Name, StringComparison.Ordinal)
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !Convert.TryFromBase64String(lines[2], root, out var rootBytes)
            || rootBytes != TreeHash.SizeBytes
            // One text for one checkpoint: no zeros before the size, no second spelling of the root.
            || !body.StartsWith(new Checkpoint(lines[0], size, Hex(root)).Body(), StringComparison.Ordinal)
        )
        {
            problem = "is not a checkpoint of this log";
            return null;
        }

        return new Checkpoint(lines[0], size, Hex(root));
    }

    /// <summary>Makes the checkpoint of a tree.</summary>
    internal static Checkpoint Of(string origin, CompactRange tree) =>
        new(origin, tree.Size, Convert.ToHexStringLower(tree.Root()));

    private static string Hex(byte[] root) => Convert.ToHexStringLower(root.AsSpan(0, TreeHash.SizeBytes));
}
