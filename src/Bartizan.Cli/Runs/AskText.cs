using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Runs;

namespace Bartizan.Cli.Runs;

/// <summary>
/// An ask as the person reads it. Its words are the agent's: they can't draw, end a line or push the question off the screen.
/// </summary>
internal static class AskText
{
    /// <summary>What a person is asked at the end of it; nothing that comes from outside stands on this line.</summary>
    public const string Prompt = "Allow this one action? [y/N] ";

    /// <summary>Of one part: five rows of eighty columns. A longer one shows its head and its end: what matters may be at either.</summary>
    private const int MaxCharacters = 400;

    /// <summary>Of these, the end.</summary>
    private const int EndCharacters = 100;

    private const int DigestCharacters = 16;
    private const int IdCharacters = 12;

    /// <summary>Of arguments and payloads, on a screen of 24 rows; the inbox shows them all.</summary>
    private const int MaxDetails = 6;

    private const int MaxDetailCharacters = 120;

    /// <summary>The ask, in four rows and one for each argument, and a blank one before it.</summary>
    public static string Of(RunEvent.Asked asked) =>
        $"\r\nbartizan asks: {Part(asked.Action)}\r\n{Details(asked)}  rule   {Part(asked.Rule)}\r\n  why    {Part(asked.Why)}\r\n"
        + $"  digest {asked.Digest[..Math.Min(DigestCharacters, asked.Digest.Length)]}\r\n";

    private static string Details(RunEvent.Asked asked)
    {
        var rows = asked.Details.Select(Screen.Printable).ToList();
        var shown = rows.Take(MaxDetails).Where(row => row.Length <= MaxDetailCharacters).ToList();
        var more =
            shown.Count == rows.Count
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"  NOT SHOWN: {rows.Count - shown.Count} more values, some long. All: bartizan approvals show a-{asked.Digest[..Math.Min(IdCharacters, asked.Digest.Length)]}\r\n"
                );
        return string.Concat(shown.Select(row => $"  {row}\r\n")) + more;
    }

    private static string Part(string text)
    {
        var shown = Screen.Printable(text);
        return shown.Length <= MaxCharacters
            ? shown
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Head(shown)} … ({shown.Length - MaxCharacters} characters not shown) … {shown[^EndCharacters..]}"
            );
    }

    private static string Head(string shown) => shown[..(MaxCharacters - EndCharacters)];
}
