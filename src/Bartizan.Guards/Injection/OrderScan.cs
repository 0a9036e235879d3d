using System.Buffers;
using System.Numerics;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection;

/// <summary>
/// Reads a view word by word and keeps, for each rule and step, where its words last came in order. Its cost is that of looking each
/// word up once, whatever the text holds.
/// </summary>
internal static class OrderScan
{
    /// <summary>The longest word that any rule knows; a longer one is data.</summary>
    private const int MaxWord = 32;

    /// <summary>What the end of a sentence counts for, in words: an order may go on in the next, but less likely.</summary>
    private const int SentenceGap = 2;

    private static readonly SearchValues<string> _chinese = SearchValues.Create(
        ["忽略", "无视", "忘记", "無視", "忘れ", "무시하"],
        StringComparison.Ordinal
    );

    private static readonly SearchValues<string> _instructions = SearchValues.Create(
        ["指令", "指示", "提示", "规则", "命令", "지시", "명령"],
        StringComparison.Ordinal
    );

    /// <summary>Adds what a view orders.</summary>
    public static void Find(OrderTable table, TextView view, Channel channel, FoundList found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        Span<int> last = stackalloc int[table.Gaps.Length];
        Span<int> start = stackalloc int[table.Gaps.Length];
        last.Fill(int.MinValue / 2);
        var (words, stops, recent, inWord) = (0, 0, int.MinValue / 2, 0UL);
        for (var block = 0; block < masks.Blocks; block++)
        {
            var (word, next) = (masks.Of(CharKind.Word, block), masks.Of(CharKind.Word, block + 1));
            var stop = masks.Of(CharKind.Stop, block);
            var isAscii = (masks.Of(CharKind.Beyond, block) | masks.Of(CharKind.Beyond, block + 1)) == 0;
            var begins = word & ~((word << 1) | inWord);
            inWord = word >> (CharMasks.Width - 1);
            for (; begins != 0; begins &= begins - 1)
            {
                var bit = BitOperations.TrailingZeroCount(begins);
                var at = (block * CharMasks.Width) + bit;
                var length = BitOperations.TrailingZeroCount(~CharMasks.Joined(word, next, bit));
                words++;
                var number =
                    length > MaxWord ? 0
                    : isAscii ? table.NumberOf(text, at, length)
                    : NumberOf(table, text, masks, at, length);
                if (number == 0)
                {
                    continue;
                }

                // Most words only go on with something, and mostly there is nothing to go on with.
                var before = stops + BitOperations.PopCount(stop & ((1UL << bit) - 1));
                var place = words + (SentenceGap * before);
                var goesOn = place - recent <= table.Widest + 1;
                var steps = goesOn ? table.StepsOf(number) : table.BeginsOf(number);
                Take(table, steps, place, ref recent, at, at + length, last, start, view, channel, found);
            }

            stops += BitOperations.PopCount(stop);
        }

        FindChinese(view, channel, found);
    }

    private static int NumberOf(OrderTable table, ReadOnlySpan<char> text, CharMasks masks, int at, int length) =>
        (masks.From(CharKind.Beyond, at) & ((1UL << length) - 1)) == 0
            ? table.NumberOf(text, at, length)
            : table.NumberOf(text.Slice(at, length));

    private static void Take(
        OrderTable table,
        ReadOnlySpan<ushort> steps,
        int place,
        ref int recent,
        int at,
        int end,
        Span<int> last,
        Span<int> start,
        TextView view,
        Channel channel,
        FoundList found
    )
    {
        foreach (var state in steps)
        {
            if (OrderTable.IsFirst(state))
            {
                (last[state], start[state]) = (place, at);
                recent = place;
                continue;
            }

            if (place - last[state - 1] > table.Gaps[state] + 1 || place <= last[state - 1])
            {
                continue;
            }

            (last[state], start[state]) = (place, start[state - 1]);
            recent = place;
            var rule = table.Rules[state / OrderRules.MaxSteps];
            var confidence = channel == Channel.User ? rule.User : rule.Untrusted;
            if (state % OrderRules.MaxSteps == rule.Steps.Length - 1 && confidence > 0)
            {
                found.Add("injection", rule.Kind, view, start[state], end - start[state], rule.Severity, confidence);
            }
        }
    }

    // Languages without gaps between words: what is passed over, and what of, close together.
    private static void FindChinese(TextView view, Channel channel, FoundList found)
    {
        const int Near = 16;
        var text = view.Text.Span;
        var at = text.IndexOfAnyExceptInRange('\0', '\u2E7F');
        if (at < 0)
        {
            return;
        }

        while (text[at..].IndexOfAny(_chinese) is >= 0 and var verb)
        {
            var from = at + verb;
            var start = Math.Max(0, from - Near);
            var near = text[start..Math.Min(text.Length, from + Near)];
            if (near.IndexOfAny(_instructions) >= 0)
            {
                var sure = channel == Channel.User ? 0.8 : 0.85;
                found.Add("injection", "override", view, start, near.Length, Core.Findings.FindingSeverity.High, sure);
            }

            at = from + 2;
        }
    }
}
