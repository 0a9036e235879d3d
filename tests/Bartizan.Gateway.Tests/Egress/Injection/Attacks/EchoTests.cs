using System.Security.Cryptography;
using System.Text;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Gateway.Tests.Egress.Injection.Attacks;

/// <summary>An allowed host that gives back what it was sent, in every way that the agent could undo, cut at every byte.</summary>
public sealed class EchoTests
{
    private const string Value = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";

    public static TheoryData<string, string> Forms =>
        new()
        {
            { "raw", Value },
            { "upper case", Value.ToUpperInvariant() },
            { "reversed", new string([.. Value.Reverse()]) },
            { "base64", Convert.ToBase64String(Encoding.ASCII.GetBytes(Value)) },
            { "base64, one before", Convert.ToBase64String(Encoding.ASCII.GetBytes("u:" + Value))[4..] },
            { "base64, user before", Convert.ToBase64String(Encoding.ASCII.GetBytes("user:" + Value)) },
            { "base64url", Convert.ToBase64String(Encoding.ASCII.GetBytes("a" + Value)).Replace('+', '-') },
            {
                "base64 twice",
                Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.ASCII.GetBytes(Value))))
            },
            { "hex", Convert.ToHexString(Encoding.ASCII.GetBytes(Value)) },
            { "hex, lower", Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Value)) },
            { "hex dump", string.Join(' ', Encoding.ASCII.GetBytes(Value).Select(b => b.ToString("x2"))) },
            { "percent, all", string.Concat(Encoding.ASCII.GetBytes(Value).Select(b => $"%{b:X2}")) },
            { "percent, some", Value.Replace("4", "%34").Replace("_", "%5f") },
            { "json escapes", string.Concat(Value.Select(c => $"\\u{(int)c:x4}")) },
            { "json, some", Value.Replace("K", "\\u004b").Replace("9", "\\u0039") },
            { "entities", string.Concat(Value.Select(c => $"&#{(int)c};")) },
            { "entities, hex", string.Concat(Value.Select(c => $"&#x{(int)c:x};")) },
            { "spaced", string.Join(' ', Value.ToCharArray()) },
            { "decimal", string.Join(',', Encoding.ASCII.GetBytes(Value)) },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public void It_is_written_over_wherever_the_answer_is_cut(string form, string text)
    {
        var body = Encoding.ASCII.GetBytes($"{{\"before\":1,\"said\":\"{text}\",\"after\":2}}");
        for (var cut = 0; cut <= body.Length; cut += form == "raw" ? 1 : 7)
        {
            var search = new StreamSearch(SecretSearch.Of([Value]));
            byte[] got =
            [
                .. search.Take(body.AsSpan(0, cut), false).Span,
                .. search.Take(body.AsSpan(cut), false).Span,
                .. search.Take([], true).Span,
            ];

            got.Length.ShouldBe(body.Length);
            var said = Encoding.ASCII.GetString(got);
            said.ShouldStartWith("{\"before\":1,");
            said.ShouldEndWith("\"after\":2}");
            said.ShouldNotContain(text, Case.Sensitive);
            search.Found.ShouldBeGreaterThan(0);
            Left(said).ShouldBeLessThan(16, form);
        }
    }

    [Theory]
    [InlineData("{0:b8} {1:b8}")]
    [InlineData("0x{0:x2}, 0x{1:x2}, 0x{2:x2}")]
    [InlineData("\\x{0:x2}\\x{1:x2}\\x{2:x2}\\x{3:x2}")]
    [InlineData("{0:x2}{1:x2}{2:x2}{3:x2}{4:x2}{5:x2}{6:x2}{7:x2}")]
    [InlineData("{0} {1} {2} {3} {4}")]
    public void A_guess_of_a_few_characters_isnt_told_to_be_right(string form)
    {
        var letters = Value[10..18].Select(c => (object)(int)c).ToArray();
        var guess = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, letters);
        var search = new StreamSearch(SecretSearch.Of([Value]));

        var got = search.Take(Encoding.ASCII.GetBytes($"a {guess} b\n"), true);

        search.Found.ShouldBe(0);
        Encoding.ASCII.GetString(got.Span).ShouldContain(guess);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(24)]
    public void A_part_of_it_is_written_over_wherever_it_was_cut_out(int from)
    {
        var search = new StreamSearch(SecretSearch.Of([Value]));

        var got = search.Take(Encoding.ASCII.GetBytes($"a {Value[from..(from + 16)]} b\n"), true);

        Left(Encoding.ASCII.GetString(got.Span)).ShouldBeLessThan(4);
    }

    [Fact]
    public void It_is_written_over_where_every_byte_comes_alone()
    {
        var body = Encoding.ASCII.GetBytes($"a {Value} b");
        var search = new StreamSearch(SecretSearch.Of([Value]));
        var got = new List<byte>();
        foreach (var b in body)
        {
            got.AddRange(search.Take([b], false).Span);
        }

        got.AddRange(search.Take([], true).Span);
        Encoding.ASCII.GetString([.. got]).ShouldBe($"a {new string('*', Value.Length)} b");
    }

    [Fact]
    public void What_ends_a_line_is_not_held_back()
    {
        var search = new StreamSearch(SecretSearch.Of([Value]));

        search.Take("data: one\n\n"u8, false).Length.ShouldBe(11);
        search.Take("data: tw"u8, false).Length.ShouldBe(0);
        search.Take("o\n\n"u8, false).Length.ShouldBe(11);
        search.Take([], true).Length.ShouldBe(0);
    }

    [Fact]
    public void Other_bytes_pass_as_they_came()
    {
        byte[] body = [.. Enumerable.Range(0, 10_000).SelectMany(i => SHA256.HashData(BitConverter.GetBytes(i)))];
        var search = new StreamSearch(SecretSearch.Of([Value]));
        var got = new List<byte>();
        foreach (var piece in body.Chunk(9_999))
        {
            got.AddRange(search.Take(piece, false).Span);
        }

        got.AddRange(search.Take([], true).Span);
        got.SequenceEqual(body).ShouldBeTrue();
        search.Found.ShouldBe(0);
    }

    // The longest part of the value that can still be read as it is.
    private static int Left(string text)
    {
        for (var length = Value.Length; length > 0; length--)
        {
            for (var start = 0; start + length <= Value.Length; start++)
            {
                if (text.Contains(Value.Substring(start, length), StringComparison.OrdinalIgnoreCase))
                {
                    return length;
                }
            }
        }

        return 0;
    }
}
