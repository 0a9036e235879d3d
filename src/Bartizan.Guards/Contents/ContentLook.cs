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
    /// The session's own credentials: in no content may they stand, in whatever form; over the bytes as they are, and unfolded. True when
    /// one stands there.
    /// </summary>
    public static bool ForLent(Verdicts verdicts, SecretIndex? lent, ReadOnlyMemory<byte> content, GuardAction? action)
    {
        if (action is not { } done || lent is null)
        {
            return false;
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
        return found;
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
            f => f.Severity >= FindingSeverity.Medium,
            asked.Pieces
        );

        // Whoever lets it pass lets something pass that a stranger hid.
        if (hidden == GuardAction.Ask && channel == Channel.Untrusted && report.Findings.Any(IsHidden))
        {
            verdicts.Labels |= Labels.Untrusted;
        }

        Sure(verdicts, "secrets", SensitiveGuard.Version, secrets, report, "", _ => true);
        Sure(verdicts, "personal_data", SensitiveGuard.Version, personal, report, "", _ => true);
        Sure(verdicts, "exfiltration", ExfiltrationGuard.Version, exfiltration, report, "", _ => true);
        Sure(verdicts, "internals", InternalScan.Version, asked.Internals, report, "", _ => true);
        asked.Counted?.Take(text, report);
    }

    private static bool IsHidden(ContentFinding one) =>
        one is { Guard: "hidden_text", Severity: >= FindingSeverity.Medium }
        && one.Confidence >= ContentGuard.SensitiveThreshold;

    // The votes on injection: signs, and the weights. Each is told by itself; where both speak, they count together.
    private static void Orders(Verdicts verdicts, ScanReport report, Channel channel, Asked asked, string text)
    {
        var threshold = channel == Channel.User ? ContentGuard.UserThreshold : ContentGuard.UntrustedThreshold;
        if (asked.Injection is { } onInjection)
        {
            var name = $"injection/{asked.Pack.Named(InjectionGuard.Version)} {Word(channel)}";
            var (finds, signs) = (Of(report, "injection"), report.Signs);
            var answered = AnsweredOf(
                asked.Pieces,
                onInjection,
                name,
                finds,
                again: rest => Of(ContentScan.Of(rest, channel, Sought.Injection, pack: asked.Pack), "injection")
            );
            if (answered?.Asks.Count > 0)
            {
                (finds, signs) = (answered.Left, InjectionGuard.Score(answered.Left));
            }

            var (score, agree) = Together(signs, report.Lexical.Score);
            finds = agree ? [.. finds, .. Of(report, "lexical")] : finds;
            verdicts.Add(name, score, threshold, onInjection, finds, text: text);
            var signed = agree ? [.. finds.Where(f => f.Guard == "injection")] : finds;
            verdicts.Answer(name, answered, score >= threshold ? answered?.PiecesOf(signed, threshold) : null);
        }

        if (asked.Lexical is { } onLexical)
        {
            Vote(verdicts, report, channel, asked, onLexical, text);
        }

        // What may be an order taints, whatever people said of it; what the user typed is the user's.
        if (
            channel == Channel.Untrusted
            && (
                Together(report.Signs, report.Lexical.Score).Score >= threshold
                || report.Lexical.Score >= LexicalGuard.Possible
            )
        )
        {
            verdicts.Labels |= Labels.Untrusted;
        }
    }

    private static (double Score, bool Agree) Together(double signs, double lexical) =>
        signs >= LeastSign && lexical >= LexicalGuard.Likely
            ? (ContentScan.Together(signs, lexical), true)
            : (signs, false);

    private static void Vote(
        Verdicts verdicts,
        ScanReport report,
        Channel channel,
        Asked asked,
        GuardAction action,
        string text
    )
    {
        var name = $"lexical/{asked.Pack.Named(LexicalGuard.Version)} {Word(channel)}";
        var answered = default(AnsweredFinds);
        var places = default(LikelyPlaces);
        if (action == GuardAction.Ask)
        {
            (answered, places) = asked.Pieces is { } pieces
                ? AnsweredFinds.OfVote(pieces, name, report.Lexical, asked)
                : (null, LikelyPlaces.Of(text, report.Lexical, asked));
        }

        var vote = places?.Worst ?? report.Lexical;
        verdicts.Add(
            name,
            vote.Score,
            LexicalGuard.Likely,
            action,
            (places?.Findings ?? Of(report, "lexical")).Select(f => f with { Kind = $"{f.Kind} at {f.Start}-{f.End}" }),
            LexicalGuard.Possible,
            text: text
        );
        verdicts.Answer(name, answered, places is null ? null : answered?.PiecesOf(places));
    }

    private static IReadOnlyList<ContentFinding> Of(ScanReport report, string guard) =>
        [.. report.Findings.Where(f => f.Guard == guard)];

    private static AnsweredFinds? AnsweredOf(
        RequestPieces? pieces,
        GuardAction action,
        string guard,
        IReadOnlyList<ContentFinding> finds,
        int all = 0,
        Func<string, IReadOnlyList<ContentFinding>>? again = null
    ) =>
        pieces is null || action != GuardAction.Ask
            ? null
            : AnsweredFinds.Of(pieces, guard, finds, Math.Max(all, finds.Count) >= FoundList.MaxFindings, again);

    private static void Sure(
        Verdicts verdicts,
        string guard,
        string version,
        GuardAction? action,
        ScanReport report,
        string text,
        Func<ContentFinding, bool> counts,
        RequestPieces? pieces = null
    )
    {
        if (action is not { } done)
        {
            return;
        }

        var name = $"{guard}/{version}";
        var all = Of(report, guard);
        IReadOnlyList<ContentFinding> found = [.. all.Where(counts)];
        var answered = AnsweredOf(pieces, done, name, found, all.Count);
        found = answered?.Left ?? found;
        var score = found.Count == 0 ? 0 : found.Max(f => f.Confidence);
        const double Threshold = ContentGuard.SensitiveThreshold;
        verdicts.Add(name, score, Threshold, done, found, text: text);
        verdicts.Answer(name, answered, score >= Threshold ? answered?.PiecesOf(found, Threshold) : null);
    }

    private static string Word(Channel channel) => channel == Channel.User ? "user" : "untrusted";
}
