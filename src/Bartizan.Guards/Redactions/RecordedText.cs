using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// What is recorded of a text that nobody asked for, without the credentials in it: a command line, a path. Pure. What has no form of a
/// credential and stands behind no name of one isn't known to be one.
/// </summary>
public static partial class RecordedText
{
    /// <summary>What stands for a credential.</summary>
    public const string Instead = "***";

    /// <summary>Looks at one text: a find can hide another until it is taken out.</summary>
    private const int MaxLooks = 4;

    /// <summary>The text without them; the same object where there is none.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = Given().Replace(text, "${name}" + Instead);
        for (var look = 0; look < MaxLooks; look++)
        {
            var found = new FoundList();
            Find(text, found);
            if (text.Contains('/', StringComparison.Ordinal))
            {
                // A name of a path by itself: what stands around it would hide it.
                Find(text.Replace('/', ' '), found);
            }

            if (found.IsFull("secrets"))
            {
                return Instead;
            }

            var places = found.ToArray().Where(one => one.End > one.Start).ToList();
            if (places.Count == 0)
            {
                return text;
            }

            text = Without(text, places);
        }

        return Instead;
    }

    /// <summary>A program's arguments without them: also what follows an option that names one.</summary>
    public static ImmutableArray<string> OfArguments(ImmutableArray<string> arguments)
    {
        var kept = ImmutableArray.CreateBuilder<string>(arguments.Length);
        for (var at = 0; at < arguments.Length; at++)
        {
            var one = arguments[at];
            var isValue = at > 1 && !one.StartsWith('-') && Option().IsMatch(arguments[at - 1]);
            kept.Add(isValue ? Instead : Of(one));
        }

        return kept.MoveToImmutable();
    }

    private const string Names =
        "(?:passw|passphrase|secret|token|api[-_]?key|credential|private[-_]key|access[-_]key)";

    // NAME=VALUE, and an option with its value, also in the middle of a script.
    [GeneratedRegex(
        $"""(?<name>(?:[\w-]*{Names}[\w-]*=)|(?:(?:^|[\s"'])--?[\w-]*{Names}[\w-]*\s+))(?:'[^']*'|"[^"]*"|[^\s;|&'"]+)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Given();

    // An option alone, with its value in the next argument.
    [GeneratedRegex(
        $"^--?[\\w-]*{Names}[\\w-]*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Option();

    private static void Find(string text, FoundList found)
    {
        foreach (var view in TextViews.Of(text).All)
        {
            SecretScan.Find(view, found);
        }
    }

    private static string Without(string text, List<ContentFinding> places)
    {
        var (kept, at) = (new StringBuilder(text.Length), 0);
        foreach (var one in places)
        {
            if (one.Start >= at)
            {
                kept.Append(text, at, one.Start - at).Append(Instead);
            }

            at = Math.Max(at, one.End);
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }
}
