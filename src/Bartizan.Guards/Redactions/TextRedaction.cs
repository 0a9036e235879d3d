using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// Takes out of one text what a manifest wants kept from models, and counts what else it names. A text goes through until nothing more is
/// found: findings of one look are bounded in number.
/// </summary>
internal sealed class TextRedaction(GuardTerms terms, SecretIndex? lent, Placeholders names, RedactionCount count)
{
    /// <summary>Looks at one text; each takes 256 finds of a guard out of it.</summary>
    public const int MaxLooks = 16;

    /// <summary>Characters of the name before a text that are looked at with it.</summary>
    private const int MaxName = 64;

    private const string Lent = "credential-of-this-session";

    // Shorter than any value that is looked for.
    private const int Least = 5;

    private readonly Sought _sought =
        (terms is { PersonalDataToModel: null, SecretsToModel: null } ? Sought.None : Sought.Sensitive)
        | (terms.InternalsToModel is null ? Sought.None : Sought.Internals);

    /// <summary>The text without it; the same object where nothing was found.</summary>
    /// <param name="name">The name before it, where it is a tool's own; it may tell what the text is.</param>
    /// <param name="text">The text.</param>
    public string Of(string name, string text)
    {
        if (text.Length < Least)
        {
            return text;
        }

        var left = text;
        var before = name.Length == 0 ? "" : $"{name[Math.Max(0, name.Length - MaxName)..]}: ";
        for (var look = 0; look < MaxLooks; look++)
        {
            var places = PlacesIn(before, left, isFirst: look == 0);
            if (places.Count == 0)
            {
                return left;
            }

            left = Without(left, places);
        }

        // INVARIANT: nothing of it that might still hold some goes out. A refusal would hold for all requests that bring it along.
        count.Took("personal_data", PlaceholderForm.Other);
        return names.Of(PlaceholderForm.Other, text, terms.Restore);
    }

    private List<(int Start, int End, string Kind)> PlacesIn(string before, string text, bool isFirst)
    {
        var places = new List<(int, int, string)>();
        if (isFirst && terms.Restore)
        {
            places.AddRange(PlaceholderForm.PlacesIn(text).Select(p => (p.Start, p.End, PlaceholderForm.Literal)));
            places.AddRange(names.PlacesIn(text).Select(p => (p.Start, p.End, KindOf(p.Name))));
        }

        var views = TextViews.Of(before + text);
        if (terms.SecretsToModel is not null && lent is not null)
        {
            AddLent(views, text, isFirst, places);
        }

        foreach (var one in ContentScan.Of(views, Channel.Untrusted, _sought).Findings)
        {
            var action = ActionOn(one.Guard);
            if (action is null || one.End <= before.Length)
            {
                continue;
            }

            count.Found(one.Guard, one.Kind, one.Confidence, isFirst && action != GuardAction.Redact);
            if (action == GuardAction.Redact && one.Confidence >= ContentGuard.SensitiveThreshold)
            {
                places.Add((Math.Max(0, one.Start - before.Length), one.End - before.Length, one.Kind));
            }
        }

        return places;
    }

    private void AddLent(TextViews views, string text, bool isFirst, List<(int, int, string)> places)
    {
        foreach (var view in views.All)
        {
            if (lent!.Find(view.Text.Span) >= 0)
            {
                count.Found("secrets", Lent, 1, isFirst && terms.SecretsToModel != GuardAction.Redact);
                if (terms.SecretsToModel == GuardAction.Redact)
                {
                    places.AddRange(LentFinder.PlacesOf(lent, text).Select(p => (p.Start, p.End, "")));
                }

                return;
            }
        }
    }

    // What touches is one value, so that what comes back is what was there; a credential of the session's makes all of it one.
    private string Without(string text, List<(int Start, int End, string Kind)> places)
    {
        places.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var (kept, at) = (new StringBuilder(text.Length), 0);
        for (var next = 0; next < places.Count; )
        {
            var (start, end, kind) = places[next];
            for (next++; next < places.Count && places[next].Start < end; next++)
            {
                end = Math.Max(end, places[next].End);
                kind = places[next].Kind.Length == 0 ? "" : kind;
            }

            count.Took(kind.Length == 0 ? "secrets" : GuardOf(kind), kind.Length == 0 ? Lent : kind);
            var value = text.AsSpan(start, end - start);
            kept.Append(text, at, start - at)
                .Append(kind.Length == 0 ? AnswerWatch.Name : names.Of(kind, value, terms.Restore));
            at = end;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    private GuardAction? ActionOn(string guard) =>
        guard switch
        {
            "secrets" => terms.SecretsToModel,
            "personal_data" => terms.PersonalDataToModel,
            "internals" => terms.InternalsToModel,
            _ => null,
        };

    private string GuardOf(string kind) =>
        kind is "internal-host" or "host-path" or "stack-trace" ? "internals"
        : !DataKinds.All.Contains(kind) ? "secrets"
        : terms.PersonalDataToModel == GuardAction.Redact ? "personal_data"
        : "internals";

    private static string KindOf(string name) => name[1..name.LastIndexOf('-')];
}
