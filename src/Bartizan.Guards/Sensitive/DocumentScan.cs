using System.Buffers;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds what is told by a checksum of its own and isn't written as a number: addresses of cryptocurrencies, the machine-readable zone
/// of passports and cards (ICAO 9303), and codes of banks (ISO 9362) where a word names them.
/// </summary>
internal static class DocumentScan
{
    /// <summary>The shortest address.</summary>
    private const int LeastAddress = 26;

    /// <summary>The longest run that is taken for an address.</summary>
    private const int MaxAddress = 90;

    /// <summary>Characters before a code of a bank in which a word must name it.</summary>
    private const int Before = 32;

    private static readonly SearchValues<char> _word = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    );

    private static readonly SearchValues<char> _zone = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<");

    private static readonly SearchValues<string> _bank = SearchValues.Create(
        ["bic", "swift"],
        StringComparison.OrdinalIgnoreCase
    );

    /// <summary>Adds what a view has of them.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        FindAddresses(view, text, found);
        FindZones(view, text, found);
        FindBanks(view, text, found);
    }

    /// <summary>True for all lines of one machine-readable zone: two of 44 or 36 characters, or three of 30.</summary>
    public static bool IsZone(ReadOnlySpan<char> first, ReadOnlySpan<char> second, ReadOnlySpan<char> third) =>
        (first.Length, second.Length, third.Length) switch
        {
            (44, 44, 0) => IsChecked(second[..9], second[9])
                && IsChecked(second.Slice(13, 6), second[19])
                && IsChecked(second.Slice(21, 6), second[27])
                && IsChecked([.. second[..10], .. second.Slice(13, 7), .. second[21..43]], second[43]),
            (36, 36, 0) => IsChecked(second[..9], second[9])
                && IsChecked(second.Slice(13, 6), second[19])
                && IsChecked(second.Slice(21, 6), second[27])
                && IsChecked([.. second[..10], .. second.Slice(13, 7), .. second[21..35]], second[35]),
            (30, 30, 30) => IsChecked(first.Slice(5, 9), first[14])
                && IsChecked(second[..6], second[6])
                && IsChecked(second.Slice(8, 6), second[14])
                && IsChecked(
                    [.. first[5..30], .. second[..7], .. second.Slice(8, 7), .. second.Slice(18, 11)],
                    second[29]
                ),
            _ => false,
        };

    private static void FindAddresses(TextView view, ReadOnlySpan<char> text, FoundList found)
    {
        var masks = view.Masks;
        for (var at = 0; at < text.Length && !found.IsFull("personal_data"); )
        {
            var start = masks.NextRun(CharKind.AsciiWord, at, LeastAddress);
            if (start < 0)
            {
                return;
            }

            var end = masks.EndOf(CharKind.AsciiWord, start + LeastAddress);
            at = end + 1;
            if (end - start > MaxAddress)
            {
                continue;
            }

            var run = text[start..end];
            var kind =
                run[0] == '0' && WalletChecks.IsEip55(run) ? "ethereum-address"
                : run[0] is 'b' or 'B' or 'l' or 'L' or 't' && WalletChecks.IsBech32(run) ? "bitcoin-address"
                : WalletChecks.IsBase58Check(run) ? "bitcoin-address"
                : null;
            if (kind is not null)
            {
                found.Add("personal_data", kind, view, start, end - start, FindingSeverity.Low, 0.95);
            }
        }
    }

    private static void FindZones(TextView view, ReadOnlySpan<char> text, FoundList found)
    {
        var at = 0;
        while (!found.IsFull("personal_data") && text[at..].IndexOf("<<") is >= 0 and var next)
        {
            var start = at + next;
            while (start > at && _zone.Contains(text[start - 1]))
            {
                start--;
            }

            // The zone of a card has fillers in its first line already, and the names in its last.
            var end = EndOf(text, start);
            var second = NextOf(text, end);
            var third = NextOf(text, EndOf(text, second));
            var secondEnd = EndOf(text, second);
            var one = text[start..end];
            var two = text[second..secondEnd];
            var three = one.Length == 30 ? text[third..EndOf(text, third)] : default;
            if (IsZone(one, two, three))
            {
                end = three.IsEmpty ? secondEnd : third + three.Length;
                found.Add("personal_data", "travel-document", view, start, end - start, FindingSeverity.High, 0.98);
            }
            else if (one.Length < 30 || two.IsEmpty)
            {
                // The last line of a card has the names; the first is two lines before.
                end = EndOf(text, start);
            }

            at = Math.Max(end, start + 2);
        }
    }

    private static void FindBanks(TextView view, ReadOnlySpan<char> text, FoundList found)
    {
        var at = 0;
        while (!found.IsFull("personal_data") && text[at..].IndexOfAny(_bank) is >= 0 and var next)
        {
            at += next;
            var end = Math.Min(text.Length, at + Before);
            for (var start = at + 3; start < end; start++)
            {
                if (!char.IsAsciiLetterUpper(text[start]) || _word.Contains(text[start - 1]))
                {
                    continue;
                }

                var length = text[start..].IndexOfAnyExcept(_word);
                var code = length < 0 ? text[start..] : text.Slice(start, length);
                if (IsBank(code))
                {
                    found.Add("personal_data", "bank-code", view, start, code.Length, FindingSeverity.Low, 0.85);
                    break;
                }
            }

            at += 3;
        }
    }

    /// <summary>Four letters of the bank, two of a country, two of the place, and three of a branch or none.</summary>
    public static bool IsBank(ReadOnlySpan<char> code)
    {
        if (code.Length is not (8 or 11) || code[..6].IndexOfAnyExceptInRange('A', 'Z') >= 0)
        {
            return false;
        }

        foreach (var c in code)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return code[4..6]
                is "US"
                    or "CA"
                    or "AU"
                    or "JP"
                    or "CN"
                    or "IN"
                    or "HK"
                    or "SG"
                    or "ZA"
                    or "MX"
                    or "KR"
                    or "NZ"
            || Iban.Lengths.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(code[4..6]);
    }

    private static int EndOf(ReadOnlySpan<char> text, int start)
    {
        var length = text[start..].IndexOfAnyExcept(_zone);
        return length < 0 ? text.Length : start + length;
    }

    private static int NextOf(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && text[end] is '\r' or '\n' or ' ')
        {
            end++;
        }

        return end;
    }

    // Weights 7, 3, 1; a filler is nothing, A is ten.
    private static bool IsChecked(ReadOnlySpan<char> text, char digit)
    {
        var sum = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var value =
                text[at] == '<' ? 0
                : char.IsAsciiDigit(text[at]) ? text[at] - '0'
                : text[at] - 'A' + 10;
            sum +=
                value
                * (
                    at % 3 == 0 ? 7
                    : at % 3 == 1 ? 3
                    : 1
                );
        }

        return char.IsAsciiDigit(digit) ? sum % 10 == digit - '0' : digit == '<' && sum == 0;
    }
}
