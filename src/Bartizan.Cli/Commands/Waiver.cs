using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Narrowing;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Cli.Commands;

/// <summary>
/// Somebody's word that what couldn't be proved of one rule is right, between exactly two policies and until a day: a note
/// signed with Ed25519 (C2SP signed-note). It never accepts what was seen to differ.
/// </summary>
/// <param name="First">Digest of the policy that may give more.</param>
/// <param name="Second">Digest of the policy that it is held against.</param>
/// <param name="Excess">What is accepted.</param>
/// <param name="Rule">The rule, for people.</param>
/// <param name="Until">The last day (UTC).</param>
/// <param name="Why">Why it is right.</param>
/// <param name="By">The name of the key.</param>
internal sealed record Waiver(
    string First,
    string Second,
    string Excess,
    string Rule,
    DateOnly Until,
    string Why,
    string By
)
{
    private const string Head = "bartizan waiver of narrowing v1";
    private const string DayFormat = "yyyy-MM-dd";

    private static readonly string[] _names = ["first ", "second ", "excess ", "rule ", "until ", "why "];

    /// <summary>The text that is signed.</summary>
    public string Text =>
        string.Join(
            '\n',
            Head,
            $"first {First}",
            $"second {Second}",
            $"excess {Excess}",
            $"rule {Rule}",
            $"until {Until.ToString(DayFormat, CultureInfo.InvariantCulture)}",
            $"why {Why}",
            ""
        );

    /// <summary>Reads a note; the problem follows its file's name in a sentence.</summary>
    public static Waiver? Read(string note, IEnumerable<NoteVerifier> trusted, out string problem)
    {
        problem = "carries no valid signature of a key that `--trust` names";
        foreach (var key in trusted)
        {
            if (key.Open(note, out _) is { } text)
            {
                return Parse(text, key.Name, out problem);
            }
        }

        return null;
    }

    /// <summary>Why it doesn't hold of a proof, as half a sentence; null when it does.</summary>
    public string? FindProblem(NarrowingProof proof, Digest first, Digest second, DateOnly today)
    {
        if (First != first.ToString() || Second != second.ToString())
        {
            return "is about other policies: one of the two has changed since it was signed";
        }

        if (Until < today)
        {
            return $"lapsed after {Until.ToString(DayFormat, CultureInfo.InvariantCulture)}";
        }

        if (!proof.Excesses.Any(e => e.Waivable?.ToString() == Excess))
        {
            return $"names nothing that is not proved here, only what is refuted or proved: `{Rule}`";
        }

        return null;
    }

    private static Waiver? Parse(string text, string by, out string problem)
    {
        problem = "is signed, and is no waiver";
        var lines = text.Split('\n');
        if (lines.Length != _names.Length + 2 || lines[0] != Head || lines[^1].Length > 0)
        {
            return null;
        }

        var values = new string[_names.Length];
        for (var i = 0; i < _names.Length; i++)
        {
            if (!lines[i + 1].StartsWith(_names[i], StringComparison.Ordinal))
            {
                return null;
            }

            values[i] = lines[i + 1][_names[i].Length..];
        }

        return DateOnly.TryParseExact(
            values[4],
            DayFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var until
        )
            ? new Waiver(values[0], values[1], values[2], values[3], until, values[5], by)
            : null;
    }
}
