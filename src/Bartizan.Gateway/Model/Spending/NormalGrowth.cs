using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bartizan.Gateway.Model.Spending;

/// <summary>
/// By how many bytes a text can grow when it is normalised (NFKC) before it is cut into tokens, as some tokenizers do: one character of
/// three bytes then is eighteen letters. A token has at least one byte of what is cut, so this, added to the bytes as they are, bounds
/// the tokens. The table is Unicode 14's, checked against <c>conformance/tokens/nfkc-growth.txt</c>.
/// </summary>
internal static class NormalGrowth
{
    /// <summary>Code points in hexadecimal, first and last, and the most bytes by which one of them grows.</summary>
    private const string Table = """
        A8-A8:1 AF-AF:1 B4-B4:1 B8-B8:1 BC-BE:3 13F-140:1 149-149:1 1C4-1C6:1 2D8-2DD:1 344-344:2 37A-37A:1 384-385:3
        587-587:2 675-678:2 958-95F:3 9DC-9DF:3 A33-A33:3 A36-A36:3 A59-A5B:3 A5E-A5E:3 B5C-B5D:3 E33-E33:3 EB3-EB3:3
        EDC-EDD:3 F43-F43:3 F4D-F4D:3 F52-F52:3 F57-F57:3 F5C-F5C:3 F69-F69:3 F73-F79:6 F81-F81:3 F93-F93:3 F9D-F9D:3
        FA2-FA2:3 FA7-FA7:3 FAC-FAC:3 FB9-FB9:3 1FC1-1FC1:2 1FCD-1FCF:2 1FDD-1FDF:2 1FED-1FEE:2 2033-2037:6 2057-2057:9
        2150-215F:3 2167-2167:1 2177-2177:1 2189-2189:2 222C-2230:6 247D-2487:1 2A0C-2A0C:9 2ADC-2ADC:2 309B-309C:1
        309F-309F:3 30FF-30FF:3 3200-3243:5 327C-327D:3 32C0-32CB:2 32FF-32FF:3 3300-3308:12 3309-330F:9 3310-3313:9
        3314-3314:3 3315-3317:15 3318-3318:6 3319-331B:12 331C-3321:12 3322-332A:6 332B-332B:12 332C-332E:12 332F-3331:6
        3332-3334:12 3335-3335:6 3336-3336:12 3337-333E:9 333F-3348:12 3349-3349:3 334A-334A:12 334B-334B:3 334C-3351:9
        3352-3354:9 3355-3355:3 3356-3356:12 3357-3357:6 3358-3370:2 337B-337E:3 337F-337F:9 3389-3389:1 33A7-33A8:3
        33AE-33AF:5 33C2-33C2:1 33C6-33C6:3 33D8-33D8:1 33DE-33FE:2 FA6C-FA6C:1 FACF-FAD1:1 FAD5-FAD7:1 FB13-FB17:1
        FB1D-FB1F:1 FB2A-FB4F:3 FBDD-FBDD:1 FBEA-FBFB:1 FC00-FD3D:3 FD50-FD8F:3 FD92-FDC7:3 FDF0-FDF9:5 FDFA-FDFA:30
        FDFB-FDFB:12 FDFC-FDFC:5 FE71-FE71:1 FE77-FE7F:1 FEF5-FEFC:1 1D15E-1D15F:4 1D160-1D164:8 1D1BB-1D1BC:4 1D1BD-1D1C0:8
        1F12A-1F12A:3 1F200-1F201:2 1F240-1F248:5
        """;

    private static readonly SearchValues<byte> s_notPlain = SearchValues.Create([
        (byte)'\\',
        .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b),
    ]);

    private static readonly ImmutableArray<(int First, int Last, int Bytes)> s_runs =
    [
        .. Table
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(run => run.Split('-', ':'))
            .Select(run => (Hex(run[0]), Hex(run[1]), int.Parse(run[2], CultureInfo.InvariantCulture))),
    ];

    /// <summary>Of a request's body: characters as they are, and as JSON escapes.</summary>
    public static long Of(ReadOnlySpan<byte> body)
    {
        var growth = 0L;
        while (body.IndexOfAny(s_notPlain) is var at and >= 0)
        {
            body = body[at..];
            if (body[0] != '\\')
            {
                Rune.DecodeFromUtf8(body, out var rune, out var length);
                growth += OfRune(rune.Value);
                body = body[Math.Max(length, 1)..];
                continue;
            }

            // An escape of a character beyond these is longer than anything that it can become.
            if (
                body.Length >= 6
                && body[1] == 'u'
                && int.TryParse(body.Slice(2, 4), NumberStyles.AllowHexSpecifier, null, out var code)
            )
            {
                growth += OfRune(code);
                body = body[6..];
            }
            else
            {
                body = body[Math.Min(2, body.Length)..];
            }
        }

        return growth;
    }

    private static int OfRune(int rune)
    {
        var (low, high) = (0, s_runs.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var (first, last, bytes) = s_runs[middle];
            if (rune < first)
            {
                high = middle - 1;
            }
            else if (rune > last)
            {
                low = middle + 1;
            }
            else
            {
                return bytes;
            }
        }

        return 0;
    }

    private static int Hex(string text) =>
        int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
