namespace Bartizan.Gateway.Model.Words;

/// <summary>What a person typed of a message, without what clients put into it by themselves.</summary>
internal static class OwnText
{
    // Claude Code, Codex and Gemini CLI tell the model of files, of the host and of commands' output in the user's name.
    private static readonly string[] s_tags =
    [
        "system-reminder",
        "environment_context",
        "user_instructions",
        "INSTRUCTIONS",
        "ide_selection",
        "ide_opened_file",
        "bash-stdout",
        "bash-stderr",
        "local-command-stdout",
        "local-command-stderr",
        "session_context",
        "hook_context",
        "user_shell_command",
        "subagent_notification",
        "skill",
        "hook_prompt",
        "task-notification",
    ];

    // Gemini CLI puts these before what isn't the user's, and no mark after it.
    private static readonly string[] s_heads =
    [
        "--- Content from referenced files ---",
        "Here is the user's editor context as a JSON object",
        "This produced the following result:",
    ];

    /// <summary>True for a text after which nobody can say what is the user's.</summary>
    public static bool IsMixed(string text) => s_heads.Any(head => text.Contains(head, StringComparison.Ordinal));

    /// <summary>
    /// The text without those, from the first start to the last end of each name: what stands between may hold ends of its own, and who
    /// wrote it would have the rest count as the user's. One that has no end goes to the end of the text.
    /// </summary>
    public static string Of(string text)
    {
        foreach (var tag in s_tags)
        {
            var (open, close) = ($"<{tag}", $"</{tag}>");
            var start = text.IndexOf(open, StringComparison.OrdinalIgnoreCase);
            if (start >= 0)
            {
                var end = text.LastIndexOf(close, StringComparison.OrdinalIgnoreCase);
                text = end < start ? text[..start] : $"{text.AsSpan(0, start)}\n{text.AsSpan(end + close.Length)}";
            }
        }

        return text;
    }
}
