using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Flow;

/// <summary>The targets of a call: every value of the arguments that its rule names, and what the others hold of addresses.</summary>
/// <param name="Values">Each with the name of its argument.</param>
/// <param name="HasNamed">True when one of the named arguments is there.</param>
/// <param name="IsWhole">False when there are too many to look at.</param>
internal readonly record struct ActionTargets(
    ImmutableArray<(string Argument, string Value, bool IsUrlIn)> Values,
    bool HasNamed,
    bool IsWhole
)
{
    /// <summary>Those of a call's arguments.</summary>
    public static ActionTargets Of(TargetTerms terms, JsonElement arguments)
    {
        var found = new Finder(terms);
        found.Look(arguments, "", "");
        return new([.. found.Values], found.HasNamed, found.Values.Count <= TargetTerms.MaxTargets);
    }

    /// <summary>The addresses of a value that is one address or a list of them; none for everything else.</summary>
    public static ImmutableArray<string> MailsOf(string value)
    {
        if (!value.Contains('@', StringComparison.Ordinal))
        {
            return [];
        }

        var mails = ImmutableArray.CreateBuilder<string>();
        foreach (
            var part in value.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (ValueForm.Of(part) is null)
            {
                return [];
            }

            var mail = part;
            if (part.EndsWith('>') && part.IndexOf('<', StringComparison.Ordinal) is var open and >= 0)
            {
                // The name before it is shown to people and leads nowhere; one that looks like an address is a trick.
                mail = part[..open].AsSpan().ContainsAny('@', '<') ? "" : part[(open + 1)..^1];
            }

            if (!ValueForm.IsMail(mail))
            {
                return [];
            }

            mails.Add(mail);
        }

        return mails.ToImmutable();
    }

    private sealed class Finder(TargetTerms terms)
    {
        public List<(string Argument, string Value, bool IsUrlIn)> Values { get; } = [];

        public bool HasNamed { get; private set; }

        // Lists are gone through: a path names their members, too.
        public void Look(JsonElement value, string path, string top)
        {
            if (Values.Count > TargetTerms.MaxTargets)
            {
                return;
            }

            // Some servers read names without regard to case: what is named like a target is one.
            if (
                path.Length > 0
                && terms.Paths.Any(named => string.Equals(named, path, StringComparison.OrdinalIgnoreCase))
            )
            {
                TakeNames(value, top);
                TakeAll(value, top);
                return;
            }

            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        var argument = top.Length == 0 ? member.Name : top;
                        LookIn(member.Name, argument);
                        Look(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", argument);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Look(item, path, top);
                    }

                    break;
                case JsonValueKind.String:
                    LookIn(value.GetString()!, top);
                    break;
                default:
                    break;
            }
        }

        // `grants: {"bob": "read"}`: whom it hits may be a name. Deeper, and in lists of objects, names are the tool's own.
        private void TakeNames(JsonElement value, string top)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            foreach (var member in value.EnumerateObject())
            {
                HasNamed = true;
                Add(top, member.Name, false);
            }
        }

        private void TakeAll(JsonElement value, string top)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        LookIn(member.Name, top);
                        TakeAll(member.Value, top);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        TakeAll(item, top);
                    }

                    break;
                default:
                    if (ArgumentTexts.TextOf(value) is { } leaf)
                    {
                        HasNamed = true;
                        Add(top, leaf, false);
                    }

                    break;
            }
        }

        private void LookIn(string text, string argument)
        {
            foreach (var (mail, isIn) in MailList.In(text))
            {
                Add(argument, mail, isIn);
            }

            // One more than may be looked at is enough to know that there are too many.
            foreach (var url in ValueText.UrlsOf(text).Take(TargetTerms.MaxTargets + 1))
            {
                Add(argument, url, true);
            }
        }

        private void Add(string argument, string value, bool isUrlIn)
        {
            if (Values.Count <= TargetTerms.MaxTargets)
            {
                Values.Add((argument, value, isUrlIn));
            }
        }
    }
}
