using System.Text;

namespace Bartizan.Log.Tree;

/// <summary>
/// A proof as lines of base64, one hash each, as C2SP tlog-proof and tlog-witness write it.
/// </summary>
public static class ProofText
{
    /// <summary>No proof in a tree of 63-bit size has more.</summary>
    public const int MaxLines = ConsistencyProof.MaxHashes;

    /// <summary>The lines, each with its newline; nothing for an empty proof.</summary>
    public static string Write(ReadOnlySpan<byte> proof)
    {
        var text = new StringBuilder();
        for (; proof.Length > 0; proof = proof[TreeHash.SizeBytes..])
        {
            text.Append(Convert.ToBase64String(proof[..TreeHash.SizeBytes])).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads lines without their newlines; false unless each is exactly one hash as base64 is written.</summary>
    public static bool TryRead(ReadOnlySpan<string> lines, out byte[] proof)
    {
        proof = [];
        if (lines.Length > MaxLines)
        {
            return false;
        }

        var hashes = new byte[lines.Length * TreeHash.SizeBytes];
        var hash = new byte[TreeHash.SizeBytes + 3];
        for (var i = 0; i < lines.Length; i++)
        {
            if (
                !Convert.TryFromBase64String(lines[i], hash, out var length)
                || length != TreeHash.SizeBytes
                // One text for one hash: no spaces, no stray bits at the end.
                || Convert.ToBase64String(hash.AsSpan(0, length)) != lines[i]
            )
            {
                return false;
            }

            hash.AsSpan(0, length).CopyTo(hashes.AsSpan(i * TreeHash.SizeBytes));
        }

        proof = hashes;
        return true;
    }
}
