using System.Globalization;
using System.Text;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>What a Git client is told: one line that it shows as "remote error".</summary>
internal static class GitAnswers
{
    /// <summary>Of what a program said at last.</summary>
    private const int MaxLines = 3;

    /// <summary>Longer than any sentence of ours.</summary>
    private const int MaxLength = 1000;

    /// <summary>The line.</summary>
    public static byte[] Error(string text)
    {
        var line = Encoding.ASCII.GetBytes("ERR bartizan: " + Printable(text));
        return
        [
            .. Encoding.ASCII.GetBytes(
                (line.Length + GitRequest.LengthBytes).ToString("x4", CultureInfo.InvariantCulture)
            ),
            .. line,
        ];
    }

    /// <summary>The last lines of what a program said: its reason stands there, below whatever it warns of.</summary>
    public static string LastOf(string said) =>
        Printable(
            string.Join(
                ' ',
                said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .TakeLast(MaxLines)
            )
        );

    /// <summary>One line of it, as far as it is of ASCII.</summary>
    public static string Printable(string text)
    {
        var clean = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            clean.Append(
                c is >= ' ' and <= '~' ? c
                : char.IsWhiteSpace(c) ? ' '
                : '?'
            );
        }

        return clean.ToString().Trim();
    }
}
