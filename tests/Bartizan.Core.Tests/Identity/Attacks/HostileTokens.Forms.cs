using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

/// <content>Other spellings, other signatures, other JSON.</content>
internal static partial class HostileTokens
{
    private static IEnumerable<Hostile> Forms()
    {
        yield return Spelt("nothing", _ => "");
        yield return Spelt("two parts", good => good[..good.LastIndexOf('.')]);
        yield return Spelt("four parts", good => good + ".e30");
        yield return Spelt("five parts, as encrypted", good => good + "..");
        yield return Spelt("only dots", _ => "..");
        yield return Spelt("padding", good => good + "=");
        yield return Spelt("a blank in front", good => " " + good);
        yield return Spelt("a line's end behind", good => good + "\n");
        yield return Spelt("a blank within", good => good.Insert(good.Length - 4, " "));
        yield return Spelt("base64 for base64url", good => good.Replace('-', '+').Replace('_', '/') + "+");
        yield return Spelt(
            "JSON instead of the compact form",
            good => "{\"payload\":\"" + good.Replace(".", "", StringComparison.Ordinal) + "\"}"
        );
        yield return Spelt("longer than any", good => good + new string('A', JsonWebToken.MaxChars));
        yield return Spelt("letters of another alphabet", good => good[..^1] + "А");
        yield return new(
            "bits that say nothing",
            TokenFault.Malformed,
            f => LastBits(f.Sign(Head("ES256"), TokenForge.Claims()))
        );
        yield return new(
            "the signature left out",
            TokenFault.Signature,
            f => Cut(f.Sign(Head("ES256"), TokenForge.Claims())) + "."
        );
        yield return new("a signature of zeros", TokenFault.Signature, f => Signed(f, new byte[64]));
        yield return new("an ES256 signature as DER", TokenFault.Signature, f => Signed(f, Der(f)));
        yield return new("an ES256 signature and a zero", TokenFault.Signature, f => Signed(f, [.. Raw(f), 0]));
        yield return new(
            "r and s of a zero's length more",
            TokenFault.Signature,
            f => Signed(f, [0, .. Raw(f)[..32], 0, .. Raw(f)[32..]])
        );
        yield return new(
            "s beyond the order",
            TokenFault.Signature,
            f => Signed(f, [.. Raw(f)[..32], .. Enumerable.Repeat((byte)0xff, 32)])
        );
        yield return new(
            "other claims under a good signature",
            TokenFault.Signature,
            f => Swapped(f, "\"sub\":\"admin\"")
        );
    }

    private static IEnumerable<Hostile> Json()
    {
        foreach (
            var (name, body) in new[]
            {
                ("two subjects", """{"sub":"248289761001","sub":"admin",REST}"""),
                ("two subjects, one of them escaped", """{"sub":"248289761001","s\u0075b":"admin",REST}"""),
                ("two names far within", """{"sub":"a","x":{"y":[{"z":1,"z":2}]},REST}"""),
                ("data behind", """{"sub":"a",REST} {}"""),
                ("a comma too many", """{"sub":"a",REST,}"""),
                ("a comment", """{"sub":"a",/* x */REST}"""),
                ("a byte order mark", "\ufeff{\"sub\":\"a\",REST}"),
                ("single quotes", """{'sub':'a',REST}"""),
                ("a list", """[{"sub":"a",REST}]"""),
                ("a text", "\"sub\""),
                ("nothing", ""),
                ("deeper than any", $$"""{"sub":"a","x":{{new string('[', 64)}}{{new string(']', 64)}},REST}"""),
                ("a name of half a pair", """{"sub":"a","\ud800":1,REST}"""),
            }
        )
        {
            yield return new(
                $"claims: {name}",
                TokenFault.Malformed,
                f => f.Sign(Head("ES256").ToJsonString(), Filled(body), "ES256")
            );
        }

        yield return new(
            "claims: bytes that are no UTF-8",
            TokenFault.Malformed,
            f => SignBytes(f, [.. "{\"sub\":\"a"u8, 0xc0, 0x80, .. Encoding.UTF8.GetBytes($"\",{Rest}}}")])
        );
        yield return new(
            "head: two algorithms",
            TokenFault.Malformed,
            f => f.Sign("""{"alg":"ES256","alg":"none","kid":"curve"}""", Body(), "ES256")
        );
        yield return new(
            "head: data behind",
            TokenFault.Malformed,
            f => f.Sign("""{"alg":"ES256","kid":"curve"}x""", Body(), "ES256")
        );
        yield return new(
            "subject: half a pair",
            TokenFault.Subject,
            f => f.Sign(Head("ES256").ToJsonString(), Filled("""{"sub":"a\ud800",REST}"""), "ES256")
        );
    }
}
