using System.Text.RegularExpressions;

namespace Bartizan.Posture.Prompts;

/// <summary>
/// English phrases by which a sentence of a prompt is told for what it does. Each looks a bounded stretch ahead, so the cost stays in
/// proportion to the sentence.
/// </summary>
internal static partial class PromptPhrases
{
    /// <summary>True when a sentence forbids or limits something.</summary>
    public static bool IsCritical(string sentence) => Critical().IsMatch(sentence);

    /// <summary>True when a sentence puts the system prompt above the user.</summary>
    public static bool IsHierarchy(string sentence) =>
        SystemWord().IsMatch(sentence)
        && UserWord().IsMatch(sentence)
        && RankWord().IsMatch(sentence)
        && Contradiction(sentence) is null;

    /// <summary>True when a sentence says that what comes from outside is not followed.</summary>
    public static bool IsSeparation(string sentence) =>
        OutsideWord().IsMatch(sentence) && NotFollowed().IsMatch(sentence);

    /// <summary>What a sentence says that undoes the rest of the prompt; null when nothing.</summary>
    public static string? Contradiction(string sentence) =>
        NeverRefuse().IsMatch(sentence) ? "never-refuse"
        : Says(ObeyUser(), sentence) ? "obeys-user"
        : Says(UserAbove(), sentence) ? "user-above"
        : Says(Reveals(), sentence) || Says(RevealsIfAsked(), sentence) ? "reveals-itself"
        : Says(FollowsData(), sentence) ? "follows-data"
        : null;

    // "Never do whatever the user asks" says the opposite.
    private static bool Says(Regex phrase, string sentence)
    {
        foreach (Match match in phrase.Matches(sentence))
        {
            if (!No().IsMatch(match.Value) && !NoBefore().IsMatch(sentence[Math.Max(0, match.Index - 40)..match.Index]))
            {
                return true;
            }
        }

        return false;
    }

    private const RegexOptions Options =
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(
        @"\b(never|must|only|do not|don['’]t|under no circumstances|forbidden|prohibited|not (allowed|permitted))\b",
        Options
    )]
    private static partial Regex Critical();

    [GeneratedRegex(@"\b(system|(these|this|your|my) (system )?(instructions?|prompt|rules))\b", Options)]
    private static partial Regex SystemWord();

    [GeneratedRegex(@"\b(users?|customers?|callers?|visitors?)\b", Options)]
    private static partial Regex UserWord();

    [GeneratedRegex(
        @"\b(precedence|priority|prevail|hierarchy|ranks?|outranks?|above|higher|overrid\w*|overrul\w*|(cannot|can not|can['’]t|never|not) (change|replace|alter))\b",
        Options
    )]
    private static partial Regex RankWord();

    [GeneratedRegex(
        @"\b(tools?|documents?|web ?(pages?|sites?)|pages?|e-?mails?|files?|attachments?|retrieved|untrusted|external|quoted|search results?)\b",
        Options
    )]
    private static partial Regex OutsideWord();

    [GeneratedRegex(
        @"\b(not?|never|don['’]t|ignore)\b[^\n]{0,40}\b(instructions?|commands?|orders?|follow|obey|act on|carry out)\b",
        Options
    )]
    private static partial Regex NotFollowed();

    [GeneratedRegex(
        @"\b(never|do not|don['’]t)\s+(ever\s+)?(refuse|decline|say no to|deny|reject)\b[^\n]{0,40}\b(users?|customers?|requests?|anything|anyone)\b",
        Options
    )]
    private static partial Regex NeverRefuse();

    [GeneratedRegex(
        @"\balways\s+(obey|comply with|follow|do (what|as))\b[^\n]{0,30}\b(users?|customers?|callers?|visitors?)\b"
            + @"|\b(do|follow|obey|comply with|fulfil+)\s+(whatever|anything|everything|every|all|any)\b[^\n]{0,30}\b(users?|customers?|callers?|visitors?)\b",
        Options
    )]
    private static partial Regex ObeyUser();

    [GeneratedRegex(
        @"\b(user|customer)s?\b[^\n]{0,40}\b(override|overrule|outrank|(take|have)s? (precedence|priority)|ranks? above|comes? before)s?\b[^\n]{0,30}"
            + @"\b(system|(these|this|your|my|all other|any other) (instructions?|prompt|rules))\b",
        Options
    )]
    private static partial Regex UserAbove();

    [GeneratedRegex(
        @"\b(reveal|show|share|repeat|print|give|tell|disclose)\b[^\n]{0,30}\b(instructions|prompt)\b[^\n]{0,30}\b(if|when|whenever|on request|to (anyone|users?))\b",
        Options
    )]
    private static partial Regex Reveals();

    [GeneratedRegex(
        @"\b(if|when|whenever)\b[^\n]{0,40}\bask(s|ed)?\b[^\n]{0,40}\b(reveal|show|share|repeat|print|give|tell|disclose)\b[^\n]{0,30}\b(instructions|prompt)\b",
        Options
    )]
    private static partial Regex RevealsIfAsked();

    [GeneratedRegex(
        @"\b(follow|obey|execute|carry out)\b[^\n]{0,30}\b(instructions|orders|commands)\b[^\n]{0,30}\b(in|from|within|of)\b[^\n]{0,20}"
            + @"\b(documents?|web ?pages?|pages?|tools?|e-?mails?|files?|attachments?)\b",
        Options
    )]
    private static partial Regex FollowsData();

    [GeneratedRegex(@"\b(never|not|cannot|refuse|decline|unless)\b|n['’]t\b", Options)]
    private static partial Regex No();

    [GeneratedRegex(@"(\b(never|not|cannot|refuse to|decline to)|n['’]t)\s+(\w+\s+){0,2}$", Options)]
    private static partial Regex NoBefore();
}
