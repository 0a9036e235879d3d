using System.Globalization;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// What a log sends to a witness (C2SP tlog-witness, "add-checkpoint"):
/// <code>
/// old 20852014
/// base64 of a hash, at most 63 such lines
///
/// the signed checkpoint
/// </code>
/// </summary>
/// <param name="OldSize">The size of the tree that the witness cosigned last.</param>
/// <param name="Proof">The consistency proof from there, its hashes one behind the other.</param>
/// <param name="Note">The signed checkpoint.</param>
public sealed record AddCheckpoint(long OldSize, ReadOnlyMemory<byte> Proof, string Note)
{
    /// <summary>A checkpoint and 64 lines of at most 45 bytes.</summary>
    public const int MaxBytes = Checkpoint.MaxBytes + (64 * 64);

    private const string Old = "old ";

    /// <summary>Reads a request; null when it is malformed, and then the answer is 400.</summary>
    public static AddCheckpoint? TryRead(ReadOnlySpan<byte> request)
    {
        if (request.Length > MaxBytes)
        {
            return null;
        }

        var end = request.IndexOf("\n\n"u8);
        if (end < 0 || NoteText.TryRead(request[(end + 2)..]) is null)
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(request[..end]).Split('\n');
        return
            lines[0].StartsWith(Old, StringComparison.Ordinal)
            && TryReadSize(lines[0][Old.Length..], out var oldSize)
            && ProofText.TryRead(lines.AsSpan(1), out var proof)
            ? new AddCheckpoint(oldSize, proof, Encoding.UTF8.GetString(request[(end + 2)..]))
            : null;
    }

    /// <summary>The request's body.</summary>
    public byte[] ToBytes() =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Old}{OldSize}\n{ProofText.Write(Proof.Span)}\n{Note}")
        );

    /// <summary>A tree's size: ASCII decimal, no leading zero but for zero itself.</summary>
    internal static bool TryReadSize(string text, out long size) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size)
        && text == size.ToString(CultureInfo.InvariantCulture);
}
