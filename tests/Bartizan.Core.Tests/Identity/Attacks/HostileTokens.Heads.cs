using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

/// <content>Algorithms, keys and extensions that a head asks for.</content>
internal static partial class HostileTokens
{
    private static IEnumerable<Hostile> Algorithms()
    {
        foreach (var none in new[] { "none", "None", "NONE", "nOnE", "", "none\u0000" })
        {
            yield return new(
                $"alg `{none}` without a signature",
                TokenFault.Header,
                _ => $"{Encoded(Head(none))}.{Encoded(TokenForge.Claims())}."
            );
        }

        yield return new(
            "no alg at all",
            TokenFault.Header,
            f => f.Sign(Without(Head("ES256"), "alg"), TokenForge.Claims())
        );
        foreach (
            var other in new[]
            {
                "HS256",
                "HS384",
                "HS512",
                "RS384",
                "RS512",
                "PS512",
                "ES384",
                "ES512",
                "EdDSA",
                "ES256K",
                "rs256",
                "RSA1_5",
                "dir",
            }
        )
        {
            yield return new($"alg `{other}`", TokenFault.Header, f => f.Sign(Head(other), TokenForge.Claims()));
        }

        yield return new(
            "HS256 with the public key's modulus as the secret",
            TokenFault.Header,
            f => Hmac(f.Rsa.ExportParameters(false).Modulus!)
        );
        yield return new(
            "HS256 with the public key's PEM as the secret",
            TokenFault.Header,
            f => Hmac(Encoding.ASCII.GetBytes(f.Rsa.ExportSubjectPublicKeyInfoPem()))
        );
        yield return new(
            "alg is a number",
            TokenFault.Header,
            f => f.Sign("""{"alg":256,"kid":"rsa"}""", Body(), "RS256")
        );
        yield return new(
            "alg is a list",
            TokenFault.Header,
            f => f.Sign("""{"alg":["RS256"],"kid":"rsa"}""", Body(), "RS256")
        );
        yield return new(
            "RS256 with the curve's key named",
            TokenFault.Signature,
            f => f.Sign(Head("RS256", "curve"), TokenForge.Claims())
        );
        yield return new(
            "ES256 with the RSA key named",
            TokenFault.Signature,
            f => f.Sign(Head("ES256", "rsa"), TokenForge.Claims())
        );
        yield return new(
            "PS256 said, PKCS1 signed",
            TokenFault.Signature,
            f => f.Sign(Head("PS256").ToJsonString(), Body(), "RS256")
        );
        yield return new(
            "RS256 said, PSS signed",
            TokenFault.Signature,
            f => f.Sign(Head("RS256").ToJsonString(), Body(), "PS256")
        );
    }

    private static IEnumerable<Hostile> Heads()
    {
        yield return new(
            "another key than the issuer's",
            TokenFault.Signature,
            _ => Other(f => f.Sign(Head("ES256"), TokenForge.Claims()))
        );
        yield return new(
            "its own key in `jwk`",
            TokenFault.Header,
            _ => Other(f => f.Sign(With(Head("ES256"), "jwk", f.CurveKey()), TokenForge.Claims()))
        );
        foreach (
            var (name, value) in new[]
            {
                ("jku", "https://evil.example/jwks"),
                ("x5u", "https://evil.example/x.pem"),
                ("x5c", "MIIB"),
            }
        )
        {
            yield return new(
                $"a key from elsewhere in `{name}`",
                TokenFault.Header,
                _ =>
                    Other(f =>
                        f.Sign(
                            With(Head("ES256"), name, name == "x5c" ? new JsonArray(value) : value),
                            TokenForge.Claims()
                        )
                    )
            );
            yield return new(
                $"a good signature beside `{name}`",
                TokenFault.Header,
                f =>
                    f.Sign(With(Head("ES256"), name, name == "x5c" ? new JsonArray(value) : value), TokenForge.Claims())
            );
        }

        foreach (
            var id in new[]
            {
                "../../../../dev/null",
                "/proc/self/environ",
                "x' UNION SELECT 'key'--",
                "rsa\u0000",
                "RSA",
                " rsa",
                "rsa|curve",
                "http://169.254.169.254/",
                new string('k', 5000),
            }
        )
        {
            yield return new(
                $"kid `{id[..Math.Min(id.Length, 24)]}`",
                TokenFault.UnknownKey,
                f => f.Sign(Head("RS256", id), TokenForge.Claims())
            );
        }

        yield return new("kid is empty", TokenFault.Header, f => f.Sign(Head("RS256", ""), TokenForge.Claims()));
        yield return new(
            "kid is a list",
            TokenFault.Header,
            f => f.Sign("""{"alg":"RS256","kid":["rsa"]}""", Body(), "RS256")
        );
        yield return new(
            "kid is null",
            TokenFault.Header,
            f => f.Sign("""{"alg":"RS256","kid":null}""", Body(), "RS256")
        );
        yield return new(
            "crit",
            TokenFault.Header,
            f => f.Sign(With(Head("ES256"), "crit", new JsonArray("exp")), TokenForge.Claims())
        );
        yield return new(
            "an empty crit",
            TokenFault.Header,
            f => f.Sign(With(Head("ES256"), "crit", new JsonArray()), TokenForge.Claims())
        );
        yield return new(
            "b64=false",
            TokenFault.Header,
            f => f.Sign(With(With(Head("ES256"), "b64", false), "crit", new JsonArray("b64")), TokenForge.Claims())
        );
        yield return new(
            "b64=true, too",
            TokenFault.Header,
            f => f.Sign(With(Head("ES256"), "b64", true), TokenForge.Claims())
        );
        yield return new(
            "another token within",
            TokenFault.Kind,
            f => f.Sign(With(Head("ES256"), "cty", "JWT"), TokenForge.Claims())
        );
        yield return new(
            "a token as the claims of a token",
            TokenFault.Malformed,
            f => f.Sign(Head("ES256").ToJsonString(), f.Sign(Head("ES256"), TokenForge.Claims()), "ES256")
        );
        foreach (var type in new[] { "at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "JWS", "JOSE", "JWT ", "" })
        {
            yield return new(
                $"typ `{type}`",
                TokenFault.Kind,
                f => f.Sign(With(Head("ES256"), "typ", type), TokenForge.Claims())
            );
        }

        yield return new(
            "typ is no text",
            TokenFault.Kind,
            f => f.Sign(With(Head("ES256"), "typ", 1), TokenForge.Claims())
        );
    }
}
