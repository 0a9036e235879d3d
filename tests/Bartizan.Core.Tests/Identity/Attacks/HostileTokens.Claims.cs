using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

/// <content>What a good signature stands under.</content>
internal static partial class HostileTokens
{
    private static IEnumerable<Hostile> Claims()
    {
        foreach (
            var (name, value) in new[]
            {
                ("another issuer", "https://evil.example"),
                ("a slash at the end", "https://login.example/"),
                ("upper case", "https://LOGIN.example"),
                ("a port that goes without saying", "https://login.example:443"),
                ("below the issuer", "https://login.example/tenant"),
                ("without its scheme", "login.example"),
                ("http", "http://login.example"),
                ("a letter that looks alike", "https://login.examp\u04cfe"),
                ("empty", ""),
            }
        )
        {
            yield return Said($"iss: {name}", TokenFault.Issuer, "iss", value);
        }

        yield return Left("iss", TokenFault.Issuer);
        yield return Said("iss: a list", TokenFault.Issuer, "iss", new JsonArray(TokenForge.IssuerName));
        yield return new(
            "the claim `Iss` instead",
            TokenFault.Issuer,
            f => f.Sign(Head("ES256"), With(Without(TokenForge.Claims(), "iss"), "Iss", TokenForge.IssuerName))
        );

        yield return Left("aud", TokenFault.Audience);
        yield return Said("aud: somebody else", TokenFault.Audience, "aud", "billing");
        yield return Said("aud: begins alike", TokenFault.Audience, "aud", TokenForge.Client + "-2");
        yield return Said("aud: other case", TokenFault.Audience, "aud", TokenForge.Client.ToUpperInvariant());
        yield return Said("aud: nobody", TokenFault.Audience, "aud", new JsonArray());
        yield return Said("aud: an object", TokenFault.Audience, "aud", new JsonObject { [TokenForge.Client] = true });
        yield return Said(
            "aud: several without azp",
            TokenFault.Audience,
            "aud",
            new JsonArray(TokenForge.Client, "other")
        );
        yield return Said(
            "aud: ours twice without azp",
            TokenFault.Audience,
            "aud",
            new JsonArray(TokenForge.Client, TokenForge.Client)
        );
        yield return Said("aud: one of them a number", TokenFault.Audience, "aud", new JsonArray(TokenForge.Client, 1));
        yield return Said(
            "aud: more than any",
            TokenFault.Audience,
            "aud",
            new JsonArray([.. Enumerable.Range(0, 40).Select(i => (JsonNode)$"{TokenForge.Client}"!)])
        );
        yield return Said("azp: somebody else", TokenFault.Audience, "azp", "other");
        yield return Said("azp: a list", TokenFault.Audience, "azp", new JsonArray(TokenForge.Client));

        yield return Left("exp", TokenFault.Time);
        yield return Left("iat", TokenFault.Time);
        yield return Said("exp: over", TokenFault.Time, "exp", Seconds(-61));
        yield return Said("exp: text", TokenFault.Time, "exp", Seconds(600).ToString(CultureInfo.InvariantCulture));
        yield return Said("exp: beyond all times", TokenFault.Time, "exp", 1e300);
        yield return Said("exp: as milliseconds", TokenFault.Time, "exp", Seconds(600) * 1000);
        yield return Said("exp: null", TokenFault.Time, "exp", null);
        yield return Said("iat: in the future", TokenFault.Time, "iat", Seconds(61));
        yield return Said("iat: before there was time", TokenFault.Time, "iat", -1);
        yield return Said("iat: nineteen seventy", TokenFault.Time, "iat", 0);
        yield return Said("iat: a day and a second before its end", TokenFault.Time, "iat", Seconds(600) - 86401);
        yield return Said("iat: behind its end", TokenFault.Time, "iat", Seconds(600));
        yield return Said("iat: true", TokenFault.Time, "iat", true);
        yield return Said("nbf: in the future", TokenFault.Time, "nbf", Seconds(61));
        yield return Said("nbf: text", TokenFault.Time, "nbf", "now");
        yield return Said("nbf: null", TokenFault.Time, "nbf", null);

        yield return Left("sub", TokenFault.Subject);
        yield return Said("sub: empty", TokenFault.Subject, "sub", "");
        yield return Said("sub: blanks", TokenFault.Subject, "sub", "   ");
        yield return Said("sub: a number", TokenFault.Subject, "sub", 7);
        yield return Said("sub: longer than any", TokenFault.Subject, "sub", new string('s', 256));
        yield return Said("sub: a line's end", TokenFault.Subject, "sub", "alice\nadmin");
        yield return Said("sub: a letter that looks alike", TokenFault.Subject, "sub", "\u0430lice");
        yield return Said("sub: a list", TokenFault.Subject, "sub", new JsonArray("alice"));
        yield return new(
            "the claim `Sub` instead",
            TokenFault.Subject,
            f => f.Sign(Head("ES256"), With(Without(TokenForge.Claims(), "sub"), "Sub", "alice"))
        );
        yield return Said(
            "a logout token",
            TokenFault.Kind,
            "events",
            new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() }
        );
        yield return Said("bound to a key", TokenFault.Binding, "cnf", new JsonObject { ["jkt"] = "x" });
        yield return Said("bound to nothing that is known", TokenFault.Binding, "cnf", new JsonObject());
        yield return Said("bound to null", TokenFault.Binding, "cnf", null);
    }
}
