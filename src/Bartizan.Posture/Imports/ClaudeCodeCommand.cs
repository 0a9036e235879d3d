using System.Collections.Immutable;

namespace Bartizan.Posture.Imports;

/// <summary>A <c>Bash(…)</c> rule: a text with wildcards that span words and, in older versions, operators.</summary>
internal static class ClaudeCodeCommand
{
    /// <summary>What it becomes here.</summary>
    public static ImportedRule Read(ImportedRule source, string effect, string inner)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        var text = inner;
        var isPrefix = false;
        if (text.EndsWith(":*", StringComparison.Ordinal))
        {
            (text, isPrefix) = (text[..^2], true);
        }
        else if (text.Contains(":*", StringComparison.Ordinal))
        {
            return Unsaid(source, effect, text, "`:*` within a rule is taken literally there");
        }

        if (!CommandWords.CanSay(text))
        {
            return Unsaid(
                source,
                effect,
                text,
                "it holds quotes or the shell's characters, which match a text there; here each command is judged by its words"
            );
        }

        if (isPrefix && text.Trim() == "cd")
        {
            warnings.Add(
                "`Bash(cd:*)` let `cd x && anything` pass in versions that matched the start; here `cd` is only `cd`"
            );
        }

        if (effect == "deny")
        {
            warnings.Add(
                "a deny there was missed behind `&&`, a wrapper, a path or with flags in another order; here it meets each command of a script in every spelling"
            );
        }

        var rules = isPrefix ? Prefix(text, warnings) : Words(effect, text, warnings);
        if (rules is null)
        {
            return Unsaid(source, effect, text, "its wildcards leave no program");
        }

        return source with
        {
            Rules = [.. rules.Distinct().Select(r => $"{effect}: exec {r}")],
            Warnings = warnings.ToImmutable(),
        };
    }

    private static ImportedRule Unsaid(ImportedRule source, string effect, string text, string why) =>
        ClaudeCodeRule.Unsaid(
            source,
            effect,
            CommandWords.FirstOf(text) is { } first ? $"exec {first} **" : "exec **",
            why
        );

    private static List<string>? Prefix(string text, ImmutableArray<string>.Builder warnings)
    {
        warnings.Add("a prefix: any further words and flags pass; name the ones that are meant");
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || words[0].Contains('*', StringComparison.Ordinal) ? null : [$"{Join(words)} **"];
    }

    private static List<string>? Words(string effect, string text, ImmutableArray<string>.Builder warnings)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!text.Contains('*', StringComparison.Ordinal))
        {
            return words.Length == 0 ? null : [Join(words)];
        }

        warnings.Add("`*` spans words and arguments there; name the arguments that are meant");
        if (words[0].Trim('*').Length == 0)
        {
            return null;
        }

        // `ls*` there means `lsof` too: an allow is taken for `ls` only, a deny for both.
        var last = words[^1];
        if (last.Length > 1 && last.EndsWith('*'))
        {
            string[] rest = [.. words[..^1]];
            var bare = last.TrimEnd('*');
            warnings.Add($"`{bare}*` has no word's end: it means every word that starts so");
            return effect == "allow"
                ? [$"{Join([.. rest, bare])} **"]
                : [$"{Join([.. rest, bare + "*"])} **", $"{Join([.. rest, bare])} **"];
        }

        return [Join(words)];
    }

    // A word `*` there is any number of words.
    private static string Join(string[] words) => string.Join(' ', words.Select(w => w is "*" or "**" ? "**" : w));
}
