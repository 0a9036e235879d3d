using System.Globalization;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Proofs;

/// <summary>
/// Proof that an entry is in a log, in one text that is checked without the log (C2SP tlog-proof):
/// <code>
/// c2sp.org/tlog-proof@v1
/// extra base64 of the entry, if it is carried along
/// index 73894
/// base64 of a hash, from the entry's sibling up to the root's child
/// …
///
/// the signed checkpoint, cosignatures included
/// </code>
/// What it carries along is proven only by the check, which hashes it.
/// </summary>
public sealed record LogProof
{
    /// <summary>The extension that the specification asks for.</summary>
    public const string Extension = ".tlog-proof";

    /// <summary>An entry of the largest size in base64, 63 hashes and a checkpoint of the largest size.</summary>
    public const int MaxBytes = 160 * 1024;

    private const string FirstLine = "c2sp.org/tlog-proof@v1";
    private const string ExtraPrefix = "extra ";
    private const string IndexPrefix = "index ";

    /// <summary>The entry's index.</summary>
    public required long Index { get; init; }

    /// <summary>The inclusion proof (<see cref="InclusionProof"/>).</summary>
    public required ReadOnlyMemory<byte> Hashes { get; init; }

    /// <summary>The signed checkpoint, as the log published it.</summary>
    public required string Note { get; init; }

    /// <summary>The entry, if the proof carries it.</summary>
    public ReadOnlyMemory<byte>? Entry { get; init; }

    /// <summary>The proof as text.</summary>
    public string Write()
    {
        var extra = Entry is { } entry ? $"{ExtraPrefix}{Convert.ToBase64String(entry.Span)}\n" : "";
        var index = Index.ToString(CultureInfo.InvariantCulture);
        return $"{FirstLine}\n{extra}{IndexPrefix}{index}\n{ProofText.Write(Hashes.Span)}\n{Note}";
    }

    /// <summary>Reads a proof; null with a reason when the text isn't one.</summary>
    public static LogProof? Read(string text, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = "is not a proof (C2SP tlog-proof@v1)";
        if (text.Length > MaxBytes)
        {
            return null;
        }

        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = end < 0 ? [] : text[..end].Split('\n');
        if (lines.Length < 2 || lines[0] != FirstLine)
        {
            return null;
        }

        byte[]? entry = null;
        var at = 1;
        if (lines[1].StartsWith(ExtraPrefix, StringComparison.Ordinal))
        {
            entry = new byte[lines[1].Length];
            if (!Convert.TryFromBase64String(lines[1][ExtraPrefix.Length..], entry, out var length))
            {
                return null;
            }

            entry = entry[..length];
            at++;
        }

        if (at >= lines.Length || !TryReadIndex(lines[at], out var index))
        {
            return null;
        }

        return ProofText.TryRead(lines.AsSpan(at + 1), out var hashes)
            ? new LogProof
            {
                Index = index,
                Hashes = hashes,
                Note = text[(end + 2)..],
                Entry = entry is null ? null : (ReadOnlyMemory<byte>?)entry,
            }
            : null;
    }

    /// <summary>
    /// The checkpoint under which this entry stands at this index; null with a reason when the key's log never had it there.
    /// </summary>
    public Checkpoint? Check(ReadOnlySpan<byte> entry, NoteVerifier key, out string problem)
    {
        var checkpoint = Checkpoint.Open(Note, key, out problem);
        if (checkpoint is null)
        {
            problem = $"its checkpoint {problem}";
            return null;
        }

        Span<byte> leaf = stackalloc byte[TreeHash.SizeBytes];
        TreeHash.Leaf(entry, leaf);
        if (!InclusionProof.Check(Index, checkpoint.Size, leaf, Convert.FromHexString(checkpoint.Root), Hashes.Span))
        {
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"the hashes don't lead from the entry at index {Index} to the root of the {checkpoint.Size} entries that the checkpoint covers"
            );
            return null;
        }

        return checkpoint;
    }

    /// <summary>Its size as a file.</summary>
    public int SizeBytes() => Encoding.UTF8.GetByteCount(Write());

    private static bool TryReadIndex(string line, out long index)
    {
        index = 0;
        return line.StartsWith(IndexPrefix, StringComparison.Ordinal)
            && long.TryParse(
                line.AsSpan(IndexPrefix.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out index
            )
            // One text for one number: no zeros before it.
            && index.ToString(CultureInfo.InvariantCulture).Length == line.Length - IndexPrefix.Length;
    }
}
