using System.Globalization;
using System.Text;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// How a known secret may be written so that it isn't itself any more and everybody can turn it back. Upper and lower case are one.
/// What the unfolding of a text takes off anyway (zero width, full width, entities within words) needs no form of its own.
/// </summary>
internal static class SecretForms
{
    /// <summary>All forms of one secret.</summary>
    public static IEnumerable<SecretForm> Of(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        var letters = secret.ToCharArray();
        Array.Reverse(letters);
        var reversed = new string(letters);
        yield return secret;
        yield return new SecretForm(reversed, IsBackwards: true);
        yield return Letters.Move(secret);
        foreach (var one in Base64(bytes))
        {
            yield return one;
            yield return one.Replace('+', '-').Replace('/', '_');
        }

        foreach (var one in Base64(bytes).SelectMany(inner => Base64(Encoding.ASCII.GetBytes(inner))))
        {
            yield return one;
        }

        foreach (var one in Base64(Encoding.UTF8.GetBytes(reversed)))
        {
            yield return new SecretForm(one, IsBackwards: true);
        }

        foreach (var one in Base64(Encoding.Unicode.GetBytes(secret)))
        {
            yield return one;
        }

        foreach (var one in Base32(bytes))
        {
            yield return one;
        }

        yield return Convert.ToHexString(bytes);
        yield return new SecretForm(Convert.ToHexString(Encoding.UTF8.GetBytes(reversed)), IsBackwards: true);
        yield return Convert.ToHexString(Encoding.Unicode.GetBytes(secret));
        foreach (var (format, between) in _byBytes)
        {
            yield return string.Join(
                between,
                bytes.Select(b => string.Format(CultureInfo.InvariantCulture, format, b))
            );
        }

        yield return string.Join(' ', bytes.Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
        yield return string.Concat(bytes.Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
        yield return string.Concat(bytes.Select(b => "\\" + Convert.ToString(b, 8).PadLeft(3, '0')));
        foreach (var between in _between)
        {
            yield return string.Join(between, secret.ToCharArray());
        }
    }

    private static readonly (string Format, string Between)[] _byBytes =
    [
        ("{0:x2}", " "),
        ("{0:x2}", ":"),
        ("{0:x2}", "-"),
        ("{0:x2}", ","),
        ("\\x{0:x2}", ""),
        ("0x{0:x2}", ", "),
        ("0x{0:x2}", ","),
        ("0x{0:x2}", " "),
        ("%{0:x2}", ""),
        ("%25{0:x2}", ""),
        ("={0:x2}", ""),
        ("&#{0};", ""),
        ("&#x{0:x2};", ""),
        ("\\u00{0:x2}", ""),
        ("{0}", " "),
        ("{0}", ","),
        ("{0}", ", "),
        ("{0}", "-"),
    ];

    private static readonly string[] _between = [" ", "-", ".", ",", "_", "\n", "/", "|", "\t", "+", "*", "  ", ", "];

    // At each of the three places where a secret may begin within the text that is encoded; what its neighbours have a say in is left off.
    private static IEnumerable<string> Base64(byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = new byte[before + bytes.Length];
            bytes.CopyTo(padded, before);
            var text = Convert.ToBase64String(padded).TrimEnd('=');
            var from = before == 0 ? 0 : before + 1;
            var to = text.Length - (padded.Length % 3 == 0 ? 0 : 1);
            if (to > from)
            {
                yield return text[from..to];
            }
        }
    }

    // Likewise, at each of five places.
    private static IEnumerable<string> Base32(byte[] bytes)
    {
        for (var before = 0; before < 5; before++)
        {
            var text = new StringBuilder();
            var (bits, value) = (0, 0);
            foreach (var b in Enumerable.Repeat((byte)0, before).Concat(bytes))
            {
                value = ((value << 8) | b) & 0xFFFF;
                bits += 8;
                while (bits >= 5)
                {
                    bits -= 5;
                    text.Append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(value >> bits) & 31]);
                }
            }

            yield return text.ToString()[(((before * 8) + 4) / 5)..];
        }
    }
}
