using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

/// <summary>
/// Tokens that somebody made who isn't the issuer, or who is the issuer and means harm. Each says what it does, and how it must be refused.
/// </summary>
internal static partial class HostileTokens
{
    public sealed record Hostile(string Name, TokenFault Fault, Func<TokenForge, string> Forge);

    public static IReadOnlyList<Hostile> All { get; } =
    [.. Algorithms(), .. Heads(), .. Forms(), .. Json(), .. Claims()];

    private static string Rest =>
        TokenForge
            .Claims()
            .Aggregate(
                "",
                (text, one) => one.Key == "sub" ? text : $"{text},\"{one.Key}\":{one.Value!.ToJsonString()}"
            )[1..];

    private static string Filled(string body) => body.Replace("REST", Rest, StringComparison.Ordinal);

    private static string Body() => TokenForge.Claims().ToJsonString();

    private static long Seconds(int after) => TokenForge.Now.AddSeconds(after).ToUnixTimeSeconds();

    private static JsonObject Head(string algorithm, string? key = null) => TokenForge.Head(algorithm, key);

    private static string Encoded(JsonObject json) => TokenForge.Text(json.ToJsonString());

    private static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }

    private static JsonObject Without(JsonObject json, string name)
    {
        json.Remove(name);
        return json;
    }

    private static Hostile Said(string name, TokenFault fault, string claim, JsonNode? value) =>
        new(name, fault, f => f.Sign(Head("ES256"), With(TokenForge.Claims(), claim, value?.DeepClone())));

    private static Hostile Left(string claim, TokenFault fault) =>
        new($"without {claim}", fault, f => f.Sign(Head("ES256"), Without(TokenForge.Claims(), claim)));

    private static Hostile Spelt(string name, Func<string, string> change) =>
        new($"form: {name}", TokenFault.Malformed, f => change(f.Sign(Head("ES256"), TokenForge.Claims())));

    private static string Other(Func<TokenForge, string> forge)
    {
        using var other = new TokenForge();
        return forge(other);
    }

    private static string Hmac(byte[] secret)
    {
        var said = $"{Encoded(Head("HS256", "rsa"))}.{Encoded(TokenForge.Claims())}";
        return $"{said}.{TokenForge.Text(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(said)))}";
    }

    private static string Cut(string token) => token[..token.LastIndexOf('.')];

    private static string Said() => $"{Encoded(Head("ES256"))}.{Encoded(TokenForge.Claims())}";

    private static byte[] Raw(TokenForge forge) => forge.SignBytes(Encoding.ASCII.GetBytes(Said()), "ES256");

    private static byte[] Der(TokenForge forge) =>
        forge.Curve.SignData(
            Encoding.ASCII.GetBytes(Said()),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        );

    private static string Signed(TokenForge _, byte[] signature) => $"{Said()}.{TokenForge.Text(signature)}";

    private static string SignBytes(TokenForge forge, byte[] claims)
    {
        var said = $"{Encoded(Head("ES256"))}.{TokenForge.Text(claims)}";
        return $"{said}.{TokenForge.Text(forge.SignBytes(Encoding.ASCII.GetBytes(said), "ES256"))}";
    }

    private static string Swapped(TokenForge forge, string subject)
    {
        var parts = forge.Sign(Head("ES256"), TokenForge.Claims()).Split('.');
        return $"{parts[0]}.{TokenForge.Text($"{{{subject},{Rest}}}")}.{parts[2]}";
    }

    // 64 bytes leave four bits of the last letter unused.
    private static string LastBits(string token) => token[..^1] + (char)(token[^1] + 1);
}
