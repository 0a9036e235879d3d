using System.Runtime.InteropServices;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds numbers that are known by their check digits. It goes from digit to digit, takes the words around as groups, and tries only
/// the kinds whose first group has that length.
/// </summary>
internal static class NumberScan
{
    /// <summary>The most groups that one number is written in: an IBAN of 34 characters has nine.</summary>
    private const int MaxGroups = 9;

    /// <summary>The longest group; a longer run of letters and digits is something else.</summary>
    private const int MaxGroup = 34;

    /// <summary>Characters before and after a number in which its kind may be named.</summary>
    private const int Before = 48;

    private const int After = 16;

    /// <summary>Below this it isn't said: every eleventh number has a check digit by chance.</summary>
    private const double LeastSure = 0.5;

    private static readonly Mask[][] _byFirst = Index();

    /// <summary>Adds the numbers of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        Span<Group> groups = stackalloc Group[MaxGroups];
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAnyInRange('0', '9') is >= 0 and var next)
        {
            var start = at + next;
            while (start > at && char.IsAsciiLetterOrDigit(text[start - 1]))
            {
                start--;
            }

            // Groups written with one character between them. A number may begin with any of them.
            var count = Read(text, start, groups);
            at = start + groups[0].Length;
            if (groups[0].Length <= MaxGroup && (start == 0 || !IsInner(text[start - 1])))
            {
                var end = Try(view, groups[..count], found);
                at = Math.Max(at, end);
            }
        }
    }

    // What stands right before a number and makes it a part of something longer.
    private static bool IsInner(char c) => c is '_' or '@' or '#' || char.IsLetter(c);

    private static int Read(ReadOnlySpan<char> text, int at, Span<Group> groups)
    {
        var count = 0;
        while (count < groups.Length)
        {
            var end = at;
            while (end < text.Length && end - at <= MaxGroup && char.IsAsciiLetterOrDigit(text[end]))
            {
                end++;
            }

            if (end == at)
            {
                break;
            }

            groups[count++] = new Group(at, end - at);
            if (end + 1 >= text.Length || text[end] is not (' ' or '-' or '.' or '/' or '+'))
            {
                break;
            }

            at = end + 1;
        }

        return count;
    }

    private static int Try(TextView view, ReadOnlySpan<Group> groups, FoundList found)
    {
        var text = view.Text.Span;
        var best = 0;
        if (groups[0].Length >= _byFirst.Length)
        {
            return 0;
        }

        Span<char> number = stackalloc char[MaxGroup];
        foreach (var mask in _byFirst[groups[0].Length])
        {
            if (mask.Groups.Length > groups.Length || !TryRead(text, groups, mask, number))
            {
                continue;
            }

            var last = groups[mask.Groups.Length - 1];
            var end = last.Start + last.Length;
            if (end < text.Length && text[end] is '_' or '@')
            {
                continue;
            }

            if (!mask.Kind.IsValid(number[..mask.Plain.Length]))
            {
                continue;
            }

            var start = groups[0].Start;
            var sure =
                IsNamed(text, start, end, mask.Kind) ? mask.Kind.Near
                : mask.Groups.Length > 1 ? mask.Kind.Alone
                : mask.Kind.Bare;
            if (sure >= LeastSure)
            {
                found.Add("personal_data", mask.Kind.Name, view, start, end - start, FindingSeverity.Medium, sure);
                best = Math.Max(best, end);
            }
        }

        return best;
    }

    private static bool TryRead(ReadOnlySpan<char> text, ReadOnlySpan<Group> groups, Mask mask, Span<char> number)
    {
        var count = 0;
        for (var group = 0; group < mask.Groups.Length; group++)
        {
            if (groups[group].Length != mask.Groups[group])
            {
                return false;
            }

            foreach (var c in text.Slice(groups[group].Start, groups[group].Length))
            {
                var fits = mask.Plain[count] switch
                {
                    '9' => char.IsAsciiDigit(c),
                    'A' => char.IsAsciiLetter(c),
                    _ => true,
                };
                if (!fits)
                {
                    return false;
                }

                number[count++] = c is >= 'a' and <= 'z' ? (char)(c & ~0x20) : c;
            }
        }

        return true;
    }

    private static bool IsNamed(ReadOnlySpan<char> text, int start, int end, NumberKind kind)
    {
        var from = Math.Max(0, start - Before);
        var to = Math.Min(text.Length, end + After);
        var around = text[from..to];
        foreach (var word in kind.Words.AsSpan().Split(' '))
        {
            if (around.Contains(kind.Words.AsSpan()[word], StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static Mask[][] Index()
    {
        var masks = NumberKinds
            .All.SelectMany(kind =>
                kind.Masks.Split('|')
                    .Select(one => new Mask(
                        kind,
                        one.Replace(" ", "", StringComparison.Ordinal),
                        [.. one.Split(' ').Select(group => group.Length)]
                    ))
            )
            .ToLookup(mask => mask.Groups[0]);
        return [.. Enumerable.Range(0, MaxGroup + 1).Select(length => masks[length].ToArray())];
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Group(int Start, int Length);

    private sealed record Mask(NumberKind Kind, string Plain, int[] Groups);
}
