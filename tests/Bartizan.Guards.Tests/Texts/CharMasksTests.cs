using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Tests.Texts;

/// <summary>What is read 64 characters at a time is what one reads character by character.</summary>
public sealed class CharMasksTests
{
    private const string Signs =
        "abzAZ09'_.!?;:=>@$|+/-~%<&# \n\0\u007F\u0080éÉßŁıſƀАжÜ\u0130\u017F\u0180\u212A\u2019忽\uD800\uDC00\uFFFF`[{";

    private static readonly Dictionary<CharKind, Func<char, bool>> _kinds = new()
    {
        [CharKind.Letter] = char.IsLetter,
        [CharKind.AsciiLetter] = char.IsAsciiLetter,
        [CharKind.Digit] = char.IsAsciiDigit,
        [CharKind.LetterOrDigit] = c => char.IsLetter(c) || char.IsAsciiDigit(c),
        [CharKind.AsciiWord] = char.IsAsciiLetterOrDigit,
        [CharKind.Capital] = c => c < 0x180 && char.IsUpper(c),
        [CharKind.Word] = c => char.IsLetter(c) || c is '\'' or '_',
        [CharKind.Stop] = c => c is '.' or '!' or '?' or ';',
        [CharKind.Label] = c => c is ':' or '=' or '>',
        [CharKind.LetterSign] = c => c is '@' or '$' or '!' or '|' or '+',
        [CharKind.Blob] = c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_',
        [CharKind.Token] = c => char.IsAsciiLetterOrDigit(c) || "+/-_=.~:%".Contains(c),
        [CharKind.Beyond] = c => c >= 0x80,
    };

    [Fact]
    public void Every_character_is_of_the_kinds_that_it_is_by_itself()
    {
        _kinds.Keys.ShouldBe(Enum.GetValues<CharKind>(), ignoreOrder: true);
        for (var first = 0; first <= char.MaxValue; first += CharMasks.Width)
        {
            var text = string.Concat(Enumerable.Range(first, CharMasks.Width).Select(c => (char)c));
            var masks = CharMasks.Of(text);
            foreach (var (kind, isOne) in _kinds)
            {
                masks.Of(kind, 0).ShouldBe(Naive(text, 0, isOne), $"{kind} from U+{first:X4}");
            }
        }
    }

    [Fact]
    public void Runs_and_places_are_those_that_a_walk_finds()
    {
        var chance = new Chance(20261122);
        for (var round = 0; round < 200; round++)
        {
            // Few signs, many times: runs that end before, at and after the border of a mask.
            var some = Signs[chance.Next(Signs.Length)].ToString() + Signs[chance.Next(Signs.Length)] + "a1";
            var text = string.Concat(
                Enumerable
                    .Range(0, chance.Next(1, 12))
                    .Select(_ => new string(some[chance.Next(some.Length)], chance.Next(1, 90)))
            );
            var masks = CharMasks.Of(text);
            foreach (var (kind, isOne) in _kinds)
            {
                for (var place = 0; place <= text.Length; place += 1 + chance.Next(5))
                {
                    Compare(text, masks, kind, isOne, place);
                }
            }
        }
    }

    private static void Compare(string text, CharMasks masks, CharKind kind, Func<char, bool> isOne, int place)
    {
        var end = place;
        while (end < text.Length && isOne(text[end]))
        {
            end++;
        }

        var start = place;
        while (start > 0 && isOne(text[start - 1]))
        {
            start--;
        }

        masks.From(kind, place).ShouldBe(Naive(text, place, isOne));
        masks.EndOf(kind, place).ShouldBe(end);
        masks.Run(kind, place).ShouldBe(Math.Min(CharMasks.Width, end - place));
        masks.BeginOf(kind, place, 0).ShouldBe(start);
        masks.BeginOf(kind, place, place / 2).ShouldBe(Math.Max(start, place / 2));
        masks.RunBefore(kind, place).ShouldBe(Math.Min(CharMasks.Width, place - start));
        masks.Next(kind, place).ShouldBe(First(text, place, at => isOne(text[at])));
        masks
            .NextBegin(kind, place)
            .ShouldBe(First(text, place, at => isOne(text[at]) && (at == 0 || !IsInner(text[at - 1]))));
        masks
            .NextRun(kind, place, 20)
            .ShouldBe(First(text, place, at => at + 20 <= text.Length && text.AsSpan(at, 20).ToArray().All(isOne)));
        var last = place - 1;
        while (last >= 0 && !isOne(text[last]))
        {
            last--;
        }

        masks.LastBefore(kind, place, 100).ShouldBe(last >= place - 100 ? last : -1);
    }

    private static bool IsInner(char c) => char.IsLetter(c) || char.IsAsciiDigit(c);

    private static int First(string text, int from, Func<int, bool> isOne)
    {
        for (var at = from; at < text.Length; at++)
        {
            if (isOne(at))
            {
                return at;
            }
        }

        return -1;
    }

    private static ulong Naive(string text, int from, Func<char, bool> isOne)
    {
        var mask = 0UL;
        for (var at = from; at < text.Length && at < from + CharMasks.Width; at++)
        {
            mask |= isOne(text[at]) ? 1UL << (at - from) : 0;
        }

        return mask;
    }
}
