using System.Collections.Frozen;

namespace Bartizan.Guards.Sensitive;

/// <summary>International bank account numbers: ISO 13616 with the lengths of the SWIFT registry.</summary>
internal static class Iban
{
    private const string Registry =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 "
        + "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 "
        + "MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
        + "SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    /// <summary>How long a country's numbers are.</summary>
    public static FrozenDictionary<string, int> Lengths { get; } =
        Registry
            .Split(' ')
            .ToFrozenDictionary(
                one => one[..2],
                one => int.Parse(one.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture)
            );

    // The same by the two letters, 0 for no country: asked for each number that may be one.
    private static readonly byte[] _lengths =
    [
        .. Enumerable
            .Range(0, 32 * 32)
            .Select(two => (byte)Lengths.GetValueOrDefault($"{(char)('@' + (two / 32))}{(char)('@' + (two % 32))}")),
    ];

    /// <summary>True for a number of a known country, of its length, whose check digits hold.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (
            text.Length < 15
            || text.Length > 34
            || !char.IsAsciiLetterUpper(text[0])
            || !char.IsAsciiLetterUpper(text[1])
            || _lengths[((text[0] - '@') * 32) + text[1] - '@'] != text.Length
        )
        {
            return false;
        }

        Span<char> turned = stackalloc char[text.Length];
        text[4..].CopyTo(turned);
        text[..4].CopyTo(turned[(text.Length - 4)..]);
        return CheckDigits.Number(text[2..4]) is >= 2 and <= 98 && CheckDigits.Mod97(turned) == 1;
    }
}
