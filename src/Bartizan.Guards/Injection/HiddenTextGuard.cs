using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection;

/// <summary>Finds text that a person doesn't see and a model reads.</summary>
public static class HiddenTextGuard
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    /// <summary>Adds what is hidden in a text.</summary>
    internal static void Find(TextViews views, FoundList found)
    {
        foreach (var span in views.HiddenSpans)
        {
            if (Of(span.Form) is var (kind, severity, confidence))
            {
                found.Add(new ContentFinding("hidden_text", kind, span.Start, span.End, severity, confidence));
            }
        }
    }

    private static (string, FindingSeverity, double)? Of(HiddenForms form) =>
        form switch
        {
            HiddenForms.Tags => ("hidden-tags", FindingSeverity.High, 0.95),
            HiddenForms.Selectors => ("hidden-selectors", FindingSeverity.High, 0.9),
            HiddenForms.Bidi => ("hidden-bidi", FindingSeverity.High, 0.8),
            HiddenForms.Escape => ("hidden-escape", FindingSeverity.Medium, 0.7),
            HiddenForms.ZeroWidth => ("hidden-invisible", FindingSeverity.Medium, 0.8),
            HiddenForms.SoftHyphen => ("hidden-hyphen", FindingSeverity.Low, 0.5),
            HiddenForms.Control => ("hidden-control", FindingSeverity.Low, 0.5),
            HiddenForms.Comment => ("hidden-comment", FindingSeverity.Low, 0.6),
            HiddenForms.Element => ("hidden-element", FindingSeverity.Medium, 0.8),
            HiddenForms.Blank => ("hidden-blank", FindingSeverity.Low, 0.4),
            _ => null,
        };

    /// <summary>A text without what isn't seen in it: invisible characters, comments, hidden elements.</summary>
    public static string Strip(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var views = TextViews.Of(text);
        if ((views.Hidden & HiddenForms.Invisible) == HiddenForms.None)
        {
            return text;
        }

        var kept = new System.Text.StringBuilder(text.Length);
        var at = 0;
        foreach (
            var span in views
                .HiddenSpans.Where(s => (s.Form & (HiddenForms.Comment | HiddenForms.Element)) != HiddenForms.None)
                .OrderBy(s => s.Start)
        )
        {
            if (span.Start >= at)
            {
                kept.Append(text, at, span.Start - at);
                at = span.End;
            }
        }

        kept.Append(text, at, text.Length - at);
        return Unseeing.Of(kept.ToString());
    }
}
