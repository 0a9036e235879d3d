using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Redactions;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Contents;

/// <summary>Takes out of JSON what a manifest wants taken out: string by string, so that it stays the JSON that it was.</summary>
internal static class Redaction
{
    /// <summary>Arguments of a tool without credentials and personal data, where the manifest says so.</summary>
    public static JsonCleaning OfArguments(
        ReadOnlyMemory<byte> json,
        GuardTerms terms,
        SecretIndex? lent,
        Placeholders names
    ) =>
        JsonCleaning.Of(
            json,
            (name, text) =>
            {
                var places = new List<(int Start, int End, string Name)>();
                if (terms.Secrets == GuardAction.Redact && lent is not null && LentFinder.IsIn(lent, text))
                {
                    places.AddRange(LentFinder.PlacesOf(lent, text).Select(p => (p.Start, p.End, AnswerWatch.Name)));
                }

                // With its name before it, as a reader sees it: `password: …`.
                var before = name.Length == 0 ? "" : $"{name}: ";
                var report = ContentScan.Of(before + text, Channel.Untrusted, Sought.Sensitive | Sought.Internals);
                foreach (var one in report.Findings)
                {
                    var isTaken =
                        (one.Guard == "secrets" && terms.Secrets == GuardAction.Redact)
                        || (one.Guard == "personal_data" && terms.PersonalData == GuardAction.Redact)
                        || (one.Guard == "internals" && terms.Internals == GuardAction.Redact);
                    if (isTaken && one.Confidence >= ContentGuard.SensitiveThreshold && one.End > before.Length)
                    {
                        var start = Math.Max(0, one.Start - before.Length);
                        var end = one.End - before.Length;
                        places.Add((start, end, names.Of(one.Kind, text.AsSpan(start, end - start))));
                    }
                }

                return Without(text, places);
            }
        );

    /// <summary>A tool's answer without the session's own credentials and without hidden text, where the manifest says so.</summary>
    public static JsonCleaning OfResult(ReadOnlyMemory<byte> json, GuardTerms terms, SecretIndex? lent) =>
        JsonCleaning.Of(
            json,
            (_, text) =>
            {
                var seen = terms.HiddenText == GuardAction.Redact ? HiddenTextGuard.Strip(text) : text;
                return terms.Secrets == GuardAction.Redact && lent is not null && LentFinder.IsIn(lent, seen)
                    ? Without(
                        seen,
                        [.. LentFinder.PlacesOf(lent, seen).Select(p => (p.Start, p.End, AnswerWatch.Name))]
                    )
                    : seen;
            }
        );

    private static string Without(string text, List<(int Start, int End, string Name)> places)
    {
        if (places.Count == 0)
        {
            return text;
        }

        places.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var (kept, at) = (new StringBuilder(text.Length), 0);
        foreach (var (start, end, name) in places)
        {
            if (start >= at)
            {
                kept.Append(text, at, start - at).Append(name);
            }

            at = Math.Max(at, end);
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }
}
