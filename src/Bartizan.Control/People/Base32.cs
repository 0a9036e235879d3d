using System.Text;

namespace Bartizan.Control.People;

/// <summary>Base32 (RFC 4648, 6) without padding: what people can type.</summary>
public static class Base32
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsOfLetter = 5;

    /// <summary>Bytes as letters.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var one in bytes)
        {
            held = (held << 8) | one;
            bits += 8;
            while (bits >= BitsOfLetter)
            {
                bits -= BitsOfLetter;
                text.Append(Letters[(held >> bits) & 31]);
            }

            held &= (1 << bits) - 1;
        }

        if (bits > 0)
        {
            text.Append(Letters[(held << (BitsOfLetter - bits)) & 31]);
        }

        return text.ToString();
    }
}
