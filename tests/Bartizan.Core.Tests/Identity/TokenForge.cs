using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity;

/// <summary>An issuer that signs whatever a test wants: heads, claims and keys as text, so that nothing well-behaved stands in between.</summary>
internal sealed class TokenForge : IDisposable
{
    public const string IssuerName = "https://login.example";
    public const string Client = "support-agent";

    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    // Making a key of RSA takes longer than all that a test does with it.
    private static readonly RSAParameters s_rsa = NewRsa(2048);

    public RSA Rsa { get; } = RSA.Create(s_rsa);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static OpenIdIssuer Issuer { get; } = IssuerOf(IssuerName);

    public static TokenExpectation Expected { get; } = new() { Audience = Client };

    public JsonWebKeys Keys => Set(RsaKey(), CurveKey());

    public static OpenIdIssuer IssuerOf(string name)
    {
        OpenIdIssuer.TryParse(name, null, out var issuer, out var problem).ShouldBeTrue(problem);
        return issuer!;
    }

    public static JsonObject Head(string algorithm, string? key = null) =>
        new()
        {
            ["alg"] = algorithm,
            ["kid"] = key ?? (algorithm == "ES256" ? "curve" : "rsa"),
            ["typ"] = "JWT",
        };

    public static JsonObject Claims() =>
        new()
        {
            ["iss"] = IssuerName,
            ["sub"] = "248289761001",
            ["aud"] = Client,
            ["exp"] = Now.AddMinutes(10).ToUnixTimeSeconds(),
            ["iat"] = Now.AddMinutes(-1).ToUnixTimeSeconds(),
            ["region"] = "eu",
        };

    public JsonObject RsaKey() => KeyOf(Rsa.ExportParameters(false));

    public static JsonObject KeyOf(RSAParameters parameters) =>
        new()
        {
            ["kty"] = "RSA",
            ["kid"] = "rsa",
            ["n"] = Text(parameters.Modulus!),
            ["e"] = Text(parameters.Exponent!),
        };

    public JsonObject CurveKey() => KeyOf(Curve, "P-256");

    public static JsonObject KeyOf(ECDsa curve, string name)
    {
        var point = curve.ExportParameters(false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = name,
            ["kid"] = "curve",
            ["x"] = Text(point.X!),
            ["y"] = Text(point.Y!),
        };
    }

    public static JsonWebKeys Set(params JsonObject[] keys) =>
        Set(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString());

    public static JsonWebKeys Set(string text)
    {
        var set = JsonWebKeys.Parse(Encoding.UTF8.GetBytes(text), out var problem);
        problem.ShouldBeEmpty();
        return set!;
    }

    /// <summary>Signs a head and claims as the head says, or with what it is told.</summary>
    public string Sign(JsonObject head, JsonObject claims) =>
        Sign(head.ToJsonString(), claims.ToJsonString(), $"{head["alg"]}");

    public string Sign(string head, string claims, string algorithm)
    {
        var said = $"{Text(head)}.{Text(claims)}";
        return $"{said}.{Text(SignBytes(Encoding.ASCII.GetBytes(said), algorithm))}";
    }

    public byte[] SignBytes(byte[] said, string algorithm) =>
        algorithm switch
        {
            "ES256" => Curve.SignData(said, HashAlgorithmName.SHA256),
            "PS256" => Rsa.SignData(said, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => Rsa.SignData(said, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };

    public TokenVerdict Verify(string token, TokenExpectation? expected = null, JsonWebKeys? keys = null) =>
        JsonWebToken.Verify(token, Issuer, keys ?? Keys, expected ?? Expected, Now);

    public static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static string Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static RSAParameters NewRsa(int bits)
    {
        using var rsa = RSA.Create(bits);
        return rsa.ExportParameters(true);
    }

    public void Dispose()
    {
        Rsa.Dispose();
        Curve.Dispose();
    }
}
