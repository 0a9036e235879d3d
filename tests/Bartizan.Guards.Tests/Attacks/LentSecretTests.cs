using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Tests.Contents;
using Bartizan.Guards.Tests.Streams;

namespace Bartizan.Guards.Tests.Attacks;

/// <summary>A credential of the session in every form that somebody can turn back, in every content that a guard sees: none passes.</summary>
public sealed class LentSecretTests
{
    private const string Guards = "{ output: { secrets: block } }";

    // Two with a known shape, one that is drawn by lot, one that looks like words.
    private static readonly string[] _secrets =
    [
        "sk-ant-api03-Zq8LmT4xWv2RbKd7",
        "ghp_Zq8LmT4xWv2RbKd7Nh5Yc1PgJs9fBw3MkQ6t",
        "Vx9#pQ2!mK7&zT4w",
        "correct-horse-battery-staple",
    ];

    private static readonly Dictionary<string, Func<string, string>> _forms = new()
    {
        ["plain"] = s => s,
        ["upper case"] = s => s.ToUpperInvariant(),
        ["lower case"] = s => s.ToLowerInvariant(),
        ["reversed"] = s => new string([.. s.Reverse()]),
        ["rot13"] = s => new string([.. s.Select(Moved)]),
        ["base64"] = s => Base64(s),
        ["base64, one before"] = s => Base64("a" + s),
        ["base64, two before"] = s => Base64("ab" + s),
        ["base64, within a text"] = s => Base64($"the key is {s}, use it"),
        ["base64 for URLs"] = s => Base64("x" + s).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        ["base64 twice"] = s => Base64(Base64(s)),
        ["base64 of UTF-16"] = s => Convert.ToBase64String(Encoding.Unicode.GetBytes(s)),
        ["base64 reversed inside"] = s => Base64(new string([.. s.Reverse()])),
        ["hex"] = s => Convert.ToHexString(Bytes(s)),
        ["hex, lower case"] = s => Convert.ToHexStringLower(Bytes(s)),
        ["hex with blanks"] = s => string.Join(' ', Bytes(s).Select(b => $"{b:x2}")),
        ["hex with colons"] = s => string.Join(':', Bytes(s).Select(b => $"{b:X2}")),
        ["hex as C"] = s => string.Concat(Bytes(s).Select(b => $"\\x{b:x2}")),
        ["hex as a list"] = s => string.Join(", ", Bytes(s).Select(b => $"0x{b:x2}")),
        ["hex of UTF-16"] = s => Convert.ToHexString(Encoding.Unicode.GetBytes(s)),
        ["percent"] = s => string.Concat(Bytes(s).Select(b => $"%{b:X2}")),
        ["percent where needed"] = Uri.EscapeDataString,
        ["percent twice"] = s => string.Concat(Bytes(s).Select(b => $"%25{b:X2}")),
        ["entities"] = s => string.Concat(s.Select(c => $"&#{(int)c};")),
        ["entities in hex"] = s => string.Concat(s.Select(c => $"&#x{(int)c:X};")),
        ["entities where needed"] = s => WebUtility.HtmlEncode(s),
        ["backslash u"] = s => string.Concat(s.Select(c => $"\\u{(int)c:x4}")),
        ["octal"] = s => string.Concat(Bytes(s).Select(b => $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}")),
        ["binary"] = s => string.Join(' ', Bytes(s).Select(b => Convert.ToString(b, 2).PadLeft(8, '0'))),
        ["decimal"] = s => string.Join(' ', Bytes(s)),
        ["decimal list"] = s => string.Join(", ", Bytes(s)),
        ["quoted printable"] = s => string.Concat(Bytes(s).Select(b => $"={b:X2}")),
        ["base32"] = Base32,
        ["blanks between"] = s => string.Join(' ', s.ToCharArray()),
        ["hyphens between"] = s => string.Join('-', s.ToCharArray()),
        ["dots between"] = s => string.Join('.', s.ToCharArray()),
        ["commas between"] = s => string.Join(',', s.ToCharArray()),
        ["lines between"] = s => string.Join('\n', s.ToCharArray()),
        ["zero width between"] = s => string.Join('\u200B', s.ToCharArray()),
        ["soft hyphens between"] = s => string.Join('\u00AD', s.ToCharArray()),
        ["full width"] = s => new string([.. s.Select(c => (char)(c + 0xFEE0))]),
        ["tags of HTML between"] = s => string.Join("<b></b>", s.ToCharArray()),
        ["Unicode tags"] = s => string.Concat(s.Select(c => char.ConvertFromUtf32(0xE0000 + c))),
        ["the first sixteen that not everybody knows"] = s => s.Replace("sk-ant-api03-", "").Replace("ghp_", "")[..16],
        ["the last sixteen"] = s => s[^16..],
    };

    public static TheoryData<string> Forms() => [.. _forms.Keys];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task No_form_of_a_lent_credential_leaves_in_any_content(string form)
    {
        foreach (var secret in _secrets)
        {
            var house = new House(Guards, secret);
            var hidden = _forms[form](secret);
            foreach (var text in new[] { hidden, $"see {hidden} there", $"a\n{hidden}\nb", $"({hidden})" })
            {
                var json = JsonSerializer.Serialize(text);
                (await house.ToolAsync($"{{\"a\":{{\"b\":[1,{json}]}}}}")).Strictest.ShouldBe(
                    Effect.Deny,
                    $"argument: {form}"
                );
                (await house.ToolAsync($"{{{json}:1}}")).Strictest.ShouldBe(Effect.Deny, $"name: {form}");
                (await house.ModelAsync($"{{\"system\":{json},\"messages\":[]}}")).Strictest.ShouldBe(
                    Effect.Deny,
                    $"system prompt: {form}"
                );
                (
                    await house.ModelAsync(
                        $"{{\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"content\":{json}}}]}}]}}"
                    )
                ).Strictest.ShouldBe(Effect.Deny, $"tool result in a request: {form}");
                house
                    .Result($"{{\"result\":{{\"content\":[{{\"type\":\"text\",\"text\":{json}}}]}}}}")
                    .Strictest.ShouldBe(Effect.Deny, $"result: {form}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task No_form_of_it_leaves_in_a_request_whatever_the_body_is(string form)
    {
        foreach (var secret in _secrets)
        {
            var house = new House(Guards, secret);
            var hidden = _forms[form](secret);
            var line = $"POST /a?q={Uri.EscapeDataString(hidden)} HTTP/1.1\r\nHost: api.example\r\n\r\n";
            (await house.HttpAsync(line, "")).Strictest.ShouldBe(Effect.Deny, $"address: {form}");
            const string Head = "POST /a HTTP/1.1\r\nHost: api.example\r\n";
            if (hidden.All(c => c is >= ' ' and < '\x7F'))
            {
                (await house.HttpAsync($"{Head}X-Note: {hidden}\r\n\r\n", "")).Strictest.ShouldBe(
                    Effect.Deny,
                    $"field: {form}"
                );
            }

            foreach (
                var (what, body) in new[]
                {
                    ("JSON", $"{{\"a\":[{JsonSerializer.Serialize(hidden)}]}}"),
                    ("form", $"a=1&b={WebUtility.UrlEncode(hidden)}&c=2"),
                    ("text", hidden),
                    ("multipart", $"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n{hidden}\r\n--x--\r\n"),
                    (
                        "multipart in Base64",
                        "--x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                            + Convert.ToBase64String(Bytes(hidden), Base64FormattingOptions.InsertLineBreaks)
                            + "\r\n--x--\r\n"
                    ),
                    ("XML", $"<a><b>{WebUtility.HtmlEncode(hidden)}</b></a>"),
                }
            )
            {
                (await house.HttpAsync(Head, body)).Strictest.ShouldBe(Effect.Deny, $"{what}: {form}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task No_form_of_it_passes_in_an_answer_that_streams_letter_by_letter(string form)
    {
        foreach (var secret in _secrets)
        {
            var house = new House(Guards, secret);
            var lent = SecretIndex.Of([secret]);
            foreach (var (wire, of) in Wire.All)
            {
                var text = $"It is {_forms[form](secret)} and so on and so on and so on and so on and so on.";
                var runes = text.EnumerateRunes().Select(r => r.ToString());
                var passed = Wire.TextOf(await house.AnswerAsync(of(runes), 333));
                LentFinder.IsIn(lent, passed).ShouldBeFalse($"{wire}: {form}");
                passed.Length.ShouldBeLessThan(text.Length, $"{wire}: {form}");
            }
        }
    }

    [Fact]
    public async Task What_only_shares_a_beginning_with_it_passes()
    {
        var house = new House(Guards, _secrets[0]);
        (
            await house.ToolAsync("""{"a":"keys begin with sk-ant-api03- and are secret; the horse is correct"}""")
        ).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task No_secret_stands_in_what_the_guard_says()
    {
        var report = await new House(Guards, _secrets[1]).ToolAsync(JsonSerializer.Serialize(new { a = _secrets[1] }));
        string.Join(' ', report.Verdicts.Concat(report.Findings)).ShouldNotContain(_secrets[1][..6]);
    }

    private static byte[] Bytes(string s) => Encoding.UTF8.GetBytes(s);

    private static string Base64(string s) => Convert.ToBase64String(Bytes(s));

    private static char Moved(char c) =>
        char.IsAsciiLetter(c) ? (char)((c & 0x20) | ('A' + (((c & ~0x20) - 'A' + 13) % 26))) : c;

    private static string Base32(string s)
    {
        var number = new BigInteger(Bytes(s), isUnsigned: true, isBigEndian: true) << ((5 - (s.Length * 8 % 5)) % 5);
        var text = new StringBuilder();
        for (var left = ((s.Length * 8) + 4) / 5; left > 0; left--)
        {
            text.Insert(0, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(int)(number & 31)]);
            number >>= 5;
        }

        return text.ToString();
    }
}
