using System.Text;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Injection.Lexical;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Contents;

/// <summary>Looks at one content for what a manifest asks, and writes down what each guard came to.</summary>
internal static class ContentLook
{
    /// <summary>
    /// From this score on the signs are so clear that a likely lexical vote makes them surer; one alone never does more than the
    /// manifest says of it.
    /// </summary>
    private const double LeastSign = 0.5;

    /// <summary>A tool's answer, as its agent would read it.</summary>
    public static void AtResult(Verdicts verdicts, ReadOnlyMemory<byte> message, GuardTerms terms, GuardPack pack)
    {
        foreach (var (_, text) in PayloadTexts.Of(message, isModel: false))
        {
            At(
                verdicts,
                text,
                Channel.Untrusted,
                new Asked(terms.Injection, terms.HiddenText, null, null, terms.Lexical, null)
                {
                    Scale = terms.UntrustedScale,
                    Pack = pack,
                }
            );
        }
    }

    /// <summary>
    /// The session's own credentials: in no content may they stand, in whatever form; over the bytes as they are, and unfolded.
    /// </summary>
    public static void ForLent(Verdicts verdicts, SecretIndex? lent, ReadOnlyMemory<byte> content, GuardAction? action)
    {
        if (action is not { } done || lent is null)
        {
            return;
        }

        var raw = Encoding.UTF8.GetString(content.Span);

        // Forms of the web write a blank as a plus.
        var found = lent.Find(raw) >= 0 || (raw.Contains('+') && LentFinder.IsIn(lent, raw.Replace('+', ' ')));
        foreach (var (_, text) in found ? [] : PayloadTexts.Of(content, isModel: false))
        {
            foreach (var view in TextViews.Of(text).All)
            {
                found |= lent.Find(view.Text.Span) >= 0;
            }
        }

        verdicts.Add(
            $"lent_secrets/{SensitiveGuard.Version}",
            found ? 1 : 0,
            1,
            done,
            found ? [new ContentFinding("secrets", "credential-of-this-session", 0, 0, FindingSeverity.High, 1)] : []
        );
    }

    /// <summary>One text.</summary>
    public static void At(Verdicts verdicts, string text, Channel channel, Asked asked)
    {
        if (asked.Sought == Sought.None)
        {
            return;
        }

        var (_, hidden, secrets, personal, _, exfiltration) = asked;
        var report = ContentScan.Of(text, channel, asked.Sought, asked.Scale, asked.Pack);
        Orders(verdicts, report, channel, asked, text);
        Sure(
            verdicts,
            "hidden_text",
            HiddenTextGuard.Version,
            hidden,
            report,
            text,
            f => f.Severity >= FindingSeverity.Medium
        );

        // Whoever lets it pass lets something pass that a stranger hid.
        if (hidden == GuardAction.Ask && channel == Channel.Untrusted && verdicts.Asks("hidden_text"))
        {
            verdicts.Labels |= Labels.Untrusted;
        }

        Sure(verdicts, "secrets", SensitiveGuard.Version, secrets, report, "", _ => true);
        Sure(verdicts, "personal_data", SensitiveGuard.Version, personal, report, "", _ => true);
        Sure(verdicts, "exfiltration", ExfiltrationGuard.Version, exfiltration, report, "", _ => true);
        Sure(verdicts, "internals", InternalScan.Version, asked.Internals, report, "", _ => true);
        asked.Counted?.Take(text, report);
    }

    // The votes on injection: signs, and the weights. Each is told by itself; where both speak, they count together.
    private static void Orders(Verdicts verdicts, ScanReport report, Channel channel, Asked asked, string text)
    {
        var lexical = report.Lexical.Score;
        var agree = report.Signs >= LeastSign && lexical >= LexicalGuard.Likely;
        var signs = agree ? report.Score : report.Signs;
        var threshold = channel == Channel.User ? ContentGuard.UserThreshold : ContentGuard.UntrustedThreshold;
        if (asked.Injection is { } onInjection)
        {
            verdicts.Add(
                $"injection/{asked.Pack.Named(InjectionGuard.Version)} {Word(channel)}",
                signs,
                threshold,
                onInjection,
                report.Findings.Where(f => f.Guard == "injection" || (agree && f.Guard == "lexical")),
                text: text
            );
        }

        if (asked.Lexical is { } onLexical)
        {
            verdicts.Add(
                $"lexical/{asked.Pack.Named(LexicalGuard.Version)} {Word(channel)}",
                lexical,
                LexicalGuard.Likely,
                onLexical,
                report
                    .Findings.Where(f => f.Guard == "lexical")
                    .Select(f => f with { Kind = $"{f.Kind} at {f.Start}-{f.End}" }),
                LexicalGuard.Possible,
                text: text
            );
        }

        // What may be an order taints; what the user typed is the user's.
        if (channel == Channel.Untrusted && (signs >= threshold || lexical >= LexicalGuard.Possible))
        {
            verdicts.Labels |= Labels.Untrusted;
        }
    }

    private static void Sure(
        Verdicts verdicts,
        string guard,
        string version,
        GuardAction? action,
        ScanReport report,
        string text,
        Func<ContentFinding, bool> counts
    )
    {
        if (action is { } done)
        {
            var found = report.Findings.Where(f => f.Guard == guard && counts(f)).ToList();
            var score = found.Count == 0 ? 0 : found.Max(f => f.Confidence);
            verdicts.Add($"{guard}/{version}", score, ContentGuard.SensitiveThreshold, done, found, text: text);
        }
    }

    private static string Word(Channel channel) => channel == Channel.User ? "user" : "untrusted";
}
