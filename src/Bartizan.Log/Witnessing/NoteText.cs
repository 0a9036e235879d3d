using System.Text;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// A signed note taken apart (C2SP signed-note, "Format"): valid UTF-8 without control characters but newlines, a text that ends in a
/// newline, an empty line, one or more signature lines.
/// </summary>
/// <param name="Body">The signed text, its last newline included.</param>
/// <param name="Lines">The signature lines, without their newlines.</param>
internal sealed record NoteText(string Body, IReadOnlyList<NoteSignature> Lines)
{
    /// <summary>C2SP signed-note: at least 16 must be accepted. A log with all witnesses of a policy stays far below.</summary>
    public const int MaxSignatures = 64;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a note; null when it is none.</summary>
    public static NoteText? TryRead(ReadOnlySpan<byte> note)
    {
        try
        {
            return TryRead(s_strict.GetString(note));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Reads a note; null when it is none.</summary>
    public static NoteText? TryRead(string note)
    {
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || note.Any(c => c < ' ' && c != '\n'))
        {
            return null;
        }

        var lines = new List<NoteSignature>();
        foreach (var line in note[(split + 2)..].TrimEnd('\n').Split('\n'))
        {
            if (lines.Count == MaxSignatures || NoteSignature.TryRead(line) is not { } signature)
            {
                return null;
            }

            lines.Add(signature);
        }

        return new NoteText(note[..(split + 1)], lines);
    }
}
