using System.Text;
using Bartizan.Core.Ports;
using Bartizan.Guards.Sensitive;

namespace Bartizan.EndToEnd.Tests.Walk;

/// <summary>
/// A search for a few values in whatever somebody left, in two ways that share no line: the product's own, of all its forms in
/// whatever the texts unfold to, and a plain look for the bytes of the commonest encodings.
/// </summary>
internal sealed class Hunt
{
    /// <summary>A text this long is unfolded at once: the product unfolds so many pieces of one text and no more.</summary>
    private const int Window = 16 * 1024;

    /// <summary>Two windows share so much: a value in its longest form, Base64 of Base64 of UTF-16.</summary>
    private const int Shared = 2 * 1024;

    /// <summary>Shorter stretches of printable bytes hold no part of a value that would be found.</summary>
    private const int LeastText = 16;

    private readonly ISecretSearch _search;
    private readonly List<(string Form, byte[] Bytes)> _plain = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public Hunt(params string[] values)
    {
        _search = SecretSearch.Of(values);
        foreach (var value in values)
        {
            foreach (var (form, text) in FormsOf(value))
            {
                _plain.Add((form, Encoding.Latin1.GetBytes(text)));
                _plain.Add((form + " in UTF-16", Encoding.Unicode.GetBytes(text)));
            }
        }
    }

    /// <summary>How many bytes were looked through.</summary>
    public long Searched { get; private set; }

    /// <summary>Where a value stands, and how; empty when it stands nowhere.</summary>
    public IReadOnlyList<string> Find(IEnumerable<Remain> remains)
    {
        var found = new List<string>();
        foreach (var remain in remains)
        {
            Searched += remain.Bytes.Length;
            found.AddRange(
                _plain.Where(p => remain.Bytes.AsSpan().IndexOf(p.Bytes) >= 0).Select(p => $"{remain.Place}: {p.Form}")
            );
            if (remain.Own && TextsOf(remain.Bytes).Any(text => _search.Find(text, unfold: true).Count > 0))
            {
                found.Add($"{remain.Place}: the product's search");
            }
        }

        return found;
    }

    // At each of the three places where a value may begin in what is encoded; its neighbours' bits are left off.
    private static IEnumerable<(string Form, string Text)> FormsOf(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        yield return ("as it is", value);
        yield return ("reversed", new string([.. value.Reverse()]));
        for (var before = 0; before < 3; before++)
        {
            var coded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var whole = coded[(before == 0 ? 0 : 4)..((bytes.Length + before) / 3 * 4)];
            yield return ($"Base64, {before} before", whole);
            yield return ($"Base64 for URLs, {before} before", whole.Replace('+', '-').Replace('/', '_'));
        }

        yield return ("hexadecimal digits", Convert.ToHexString(bytes));
        yield return ("hexadecimal digits, lower case", Convert.ToHexStringLower(bytes));
        yield return ("percent", string.Concat(bytes.Select(b => $"%{b:X2}")));
        yield return ("escapes of JSON", string.Concat(value.Select(c => $"\\u{(int)c:x4}")));
    }

    // Stretches of text, one a line, so that what is unfolded isn't thinned by zeroes and code.
    // One that was looked through elsewhere isn't again: processes of one sandbox share most of their words.
    private IEnumerable<byte[]> TextsOf(byte[] bytes)
    {
        var text = new List<byte>(Window);
        var start = 0;
        for (var at = 0; at <= bytes.Length; at++)
        {
            if (at < bytes.Length && bytes[at] is >= 0x20 and < 0x7F)
            {
                continue;
            }

            if (at - start >= LeastText && _seen.Add(Encoding.Latin1.GetString(bytes, start, at - start)))
            {
                for (var from = start; from < at; from += Window - Shared)
                {
                    var piece = bytes[from..Math.Min(from + Window, at)];
                    if (text.Count + piece.Length > Window)
                    {
                        yield return [.. text];
                        text.Clear();
                    }

                    text.AddRange(piece);
                    text.Add((byte)'\n');
                }
            }

            start = at + 1;
        }

        yield return [.. text];
    }
}
