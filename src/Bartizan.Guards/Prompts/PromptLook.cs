using System.Globalization;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Prompts;

/// <summary>One content, looked at for a leaking system prompt; of one that comes in pieces, each piece with what was before it.</summary>
internal sealed class PromptLook(KnownPrompts known, GuardTerms terms)
{
    private readonly PromptTrace _trace = known.Text.Trace();
    private bool _hasCanary;

    /// <summary>True when what was found must not pass to where nobody can be asked.</summary>
    public bool Objects =>
        (_hasCanary && terms.Canaries is not (null or GuardAction.Report))
        || (_trace.IsFound && terms.SystemPrompt is not (null or GuardAction.Report));

    /// <summary>What it came to in an answer.</summary>
    public IEnumerable<string> Verdicts
    {
        get
        {
            if (terms.Canaries is { } onCanary)
            {
                yield return Told("canaries", _hasCanary ? 1 : 0, 1, _hasCanary, onCanary);
            }

            if (terms.SystemPrompt is { } onText)
            {
                yield return Told("system_prompt", _trace.Score, PromptTrace.Threshold, _trace.IsFound, onText);
            }
        }
    }

    /// <summary>Looks at a text, and all readings of it.</summary>
    public void See(string text)
    {
        SeeRaw(text);
        if (terms.SystemPrompt is not null)
        {
            // The unfolding turns round only what reads like an order backwards.
            var backwards = text.ToCharArray();
            Array.Reverse(backwards);
            _trace.See(backwards);
        }

        foreach (var view in TextViews.Of(text).All)
        {
            _hasCanary |= terms.Canaries is not null && known.Canary.Find(view.Text.Span) >= 0;
            if (terms.SystemPrompt is not null)
            {
                _trace.See(view.Text.Span);
            }
        }
    }

    /// <summary>Looks at a text as it is, for the canary alone.</summary>
    public void SeeRaw(string text) => _hasCanary |= terms.Canaries is not null && known.Canary.Find(text) >= 0;

    /// <summary>A provider's echo of the system prompt, without what the model gateway added to it, if anything.</summary>
    public string WithoutAddition(string echo)
    {
        if (known.Addition is not { } addition || !echo.Contains(addition, StringComparison.Ordinal))
        {
            return echo;
        }

        var before = echo.Replace("\n\n" + addition, "", StringComparison.Ordinal);
        return before.Replace(addition, "", StringComparison.Ordinal);
    }

    /// <summary>Writes down what it came to in an action.</summary>
    public void Tell(Verdicts verdicts)
    {
        if (terms.Canaries is { } onCanary)
        {
            verdicts.Add(
                $"canaries/{PromptGuard.Version}",
                _hasCanary ? 1 : 0,
                1,
                onCanary,
                Found(_hasCanary, "canary")
            );
        }

        if (terms.SystemPrompt is { } onText)
        {
            verdicts.Add(
                $"system_prompt/{PromptGuard.Version}",
                _trace.Score,
                PromptTrace.Threshold,
                onText,
                Found(_trace.IsFound, "own-text")
            );
        }
    }

    private static ContentFinding[] Found(bool isFound, string kind) =>
        isFound ? [new ContentFinding("system_prompt", kind, 0, 0, FindingSeverity.High, 1)] : [];

    private static string Told(string guard, double score, double of, bool found, GuardAction action)
    {
        var done = found ? action.ToString().ToLowerInvariant() : "pass";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{guard}/{PromptGuard.Version} answer {score:0.00} of {of:0.00} {done}"
        );
    }
}
