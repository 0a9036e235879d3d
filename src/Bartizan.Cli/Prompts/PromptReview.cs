using System.Collections.Immutable;
using Bartizan.Guards.Findings;
using Bartizan.Posture.Prompts;

namespace Bartizan.Cli.Prompts;

/// <summary>A prompt looked at by the lint and by the guards: what is weak about its words, and what shouldn't be in it at all.</summary>
internal static class PromptReview
{
    private const Sought Looked = Sought.Sensitive | Sought.Internals | Sought.HiddenText | Sought.Injection;

    /// <summary>All findings, in the order of the lines.</summary>
    public static ImmutableArray<PromptFinding> Of(string prompt) =>
        [
            .. PromptLint
                .Of(prompt)
                .Concat(
                    ContentScan
                        .Of(prompt, Channel.User, Looked)
                        .Findings.Select(found => Told(prompt, found))
                        .OfType<PromptFinding>()
                )
                .OrderBy(finding => finding.Line),
        ];

    /// <summary>True when a sentence holds nothing that should rather go than be said again.</summary>
    public static bool MayRepeat(string sentence) =>
        ContentScan.Of(sentence, Channel.User, Looked).Findings.All(found => Told(sentence, found) is null);

    // Orders to a model are what a system prompt is made of: of the injection guard's finds only marks of roles count.
    private static PromptFinding? Told(string prompt, ContentFinding found)
    {
        (string Message, string Instead)? words = found.Guard switch
        {
            "secrets" => (
                "A credential stands in the prompt, and whoever gets the prompt out has it.",
                "Take it out; let the gateway put credentials in, by the manifest's `with`."
            ),
            "personal_data" => (
                "Personal data stands in the prompt.",
                "Take it out, or let the agent look it up where it may."
            ),
            "internals" => (
                "The prompt tells of the inside of your network or hosts.",
                "Take it out; name tools instead of addresses and paths."
            ),
            "hidden_text" => ("Something stands here that a person doesn't see.", "Type the line anew."),
            "injection" when found.Kind is "role-token" or "role-mark" => (
                "A mark by which chat templates tell who speaks stands in the text.",
                "Take it out, or describe it in words."
            ),
            "injection" when found.Kind is "too-much-to-unfold" => (
                "The prompt holds more encoded text than is looked into.",
                "Write it out, or take it out."
            ),
            _ => null,
        };
        return words is { } said
            ? new PromptFinding(
                prompt.AsSpan(0, found.Start).Count('\n') + 1,
                found.Kind,
                found.Severity,
                said.Message,
                said.Instead
            )
            : null;
    }
}
