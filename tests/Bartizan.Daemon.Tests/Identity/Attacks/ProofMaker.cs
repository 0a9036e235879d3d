using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>A client's key, the proofs that it makes by the specification alone, and wrong ones.</summary>
internal sealed class ProofMaker(string address, TimeProvider clock) : IDisposable
{
    // FIPS 186-4, D.1.2.3: the order of P-256.
    private static readonly BigInteger s_order = BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369"
    );

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Thumbprint
    {
        get
        {
            var jwk = Jwk();
            return Text(
                SHA256.HashData(
                    Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""")
                )
            );
        }
    }

    /// <summary>A good one, with more claims.</summary>
    public string Make(params (string Name, JsonNode Value)[] more) => Sign(Header(), Claims(more));

    /// <summary>The same with the other signature that verifies as well.</summary>
    public static string Mirrored(string proof)
    {
        var parts = proof.Split('.');
        var signature = Base64Url.DecodeFromChars(parts[2]);
        var s = s_order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(signature.AsSpan(64 - bytes.Length));
        return $"{parts[0]}.{parts[1]}.{Text(signature)}";
    }

    /// <summary>One that is wrong in one thing.</summary>
    public string Wrong(string how)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        return how switch
        {
            "none" => $"{Text(Header(("alg", "none")))}.{Text(Claims())}.",
            "hs256" => Symmetric(),
            "es384" => Sign(Header(("alg", "ES384")), Claims()),
            "typ" => Sign(Header(("typ", "JWT")), Claims()),
            "no-typ" => Sign(Without(Header(), "typ"), Claims()),
            "crit" => Sign(Header(("crit", new JsonArray("exp"))), Claims()),
            "no-jwk" => Sign(Without(Header(), "jwk"), Claims()),
            "private-jwk" => Sign(Header(("jwk", With(Jwk(), "d", Text(_key.ExportParameters(true).D!)))), Claims()),
            "symmetric-jwk" => Sign(Header(("jwk", With(Jwk(), "k", "AAAA"))), Claims()),
            "p384-jwk" => OtherCurve(),
            "off-curve" => Sign(Header(("jwk", With(Jwk(), "y", Text(new byte[32])))), Claims()),
            "long-coordinate" => Sign(Header(("jwk", With(Jwk(), "x", Text(new byte[33])))), Claims()),
            "other-key" => OtherKey(),
            "rsa-jwk" => Sign(Header(("jwk", With(Jwk(), "kty", "RSA"))), Claims()),
            "wrong-htm" => Make(("htm", "GET")),
            "lower-htm" => Make(("htm", "post")),
            "no-htm" => Sign(Header(), Without(Claims(), "htm")),
            "other-path" => Make(("htu", address + "/x")),
            "other-host" => Make(("htu", "http://evil.example/token")),
            "other-scheme" => Make(("htu", address.Replace("http:", "https:", StringComparison.Ordinal))),
            "with-query" => Make(("htu", address + "?a=b")),
            "with-user" => Make(("htu", address.Replace("http://", "http://a@", StringComparison.Ordinal))),
            "no-htu" => Sign(Header(), Without(Claims(), "htu")),
            "old" => Make(("iat", now - 61)),
            "future" => Make(("iat", now + 11)),
            "no-iat" => Sign(Header(), Without(Claims(), "iat")),
            "text-iat" => Make(("iat", $"{now}")),
            "infinite-iat" => Sign(
                Header(),
                Claims().ToJsonString().Replace($"{now}", "1e999", StringComparison.Ordinal)
            ),
            "before-start" => Make(("iat", now - 31)),
            "no-jti" => Sign(Header(), Without(Claims(), "jti")),
            "empty-jti" => Make(("jti", "")),
            "long-jti" => Make(("jti", new string('j', 129))),
            "number-jti" => Make(("jti", 7)),
            "other-ath" => Make(("ath", Text(SHA256.HashData("another"u8)))),
            "number-ath" => Make(("ath", 7)),
            "oversize" => Make(("more", new string('m', 4000))),
            "duplicate-claim" => Sign(
                Header(),
                Claims().ToJsonString().Replace("{", "{\"htm\":\"GET\",", StringComparison.Ordinal)
            ),
            "changed" => Changed(),
            "two-parts" => Make()[..Make().LastIndexOf('.')],
            "empty" => "..",
            "der-signature" => Der(),
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, "no such mistake"),
        };
    }

    public void Dispose() => _key.Dispose();

    private string Sign(JsonObject header, JsonObject claims) => Sign(header, claims.ToJsonString());

    private string Sign(JsonObject header, string claims)
    {
        var said = $"{Text(header)}.{Text(Encoding.UTF8.GetBytes(claims))}";
        return $"{said}.{Text(_key.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256))}";
    }

    // The public key is everybody's: as the secret of an HMAC it would prove nothing.
    private string Symmetric()
    {
        var said = $"{Text(Header(("alg", "HS256")))}.{Text(Claims())}";
        var secret = _key.ExportSubjectPublicKeyInfo();
        return $"{said}.{Text(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(said)))}";
    }

    private string OtherKey()
    {
        using var other = new ProofMaker(address, clock);
        return Sign(Header(("jwk", other.Jwk())), Claims());
    }

    private string OtherCurve()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var point = other.ExportParameters(false).Q;
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-384",
            ["x"] = Text(point.X!),
            ["y"] = Text(point.Y!),
        };
        var said = $"{Text(Header(("jwk", jwk)))}.{Text(Claims())}";
        return $"{said}.{Text(other.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256))}";
    }

    private string Changed()
    {
        var parts = Make().Split('.');
        return $"{parts[0]}.{Text(Claims(("jti", "changed")))}.{parts[2]}";
    }

    private string Der()
    {
        var parts = Make().Split('.');
        var said = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        return $"{parts[0]}.{parts[1]}.{Text(_key.SignData(said, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))}";
    }

    private JsonObject Jwk()
    {
        var point = _key.ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Text(point.X!),
            ["y"] = Text(point.Y!),
        };
    }

    private JsonObject Header(params (string Name, JsonNode Value)[] more) =>
        With(
            new JsonObject
            {
                ["typ"] = "dpop+jwt",
                ["alg"] = "ES256",
                ["jwk"] = Jwk(),
            },
            more
        );

    private JsonObject Claims(params (string Name, JsonNode Value)[] more) =>
        With(
            new JsonObject
            {
                ["jti"] = Guid.NewGuid().ToString(),
                ["htm"] = "POST",
                ["htu"] = address,
                ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            },
            more
        );

    private static JsonObject With(JsonObject json, string name, JsonNode value) => With(json, (name, value));

    private static JsonObject With(JsonObject json, params (string Name, JsonNode Value)[] more)
    {
        foreach (var (name, value) in more)
        {
            json[name] = value;
        }

        return json;
    }

    private static JsonObject Without(JsonObject json, string name)
    {
        json.Remove(name);
        return json;
    }

    private static string Text(JsonObject json) => Text(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
