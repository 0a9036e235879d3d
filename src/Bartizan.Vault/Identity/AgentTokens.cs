using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Identity;

/// <summary>
/// Signs what the instance says of a session: a JSON web token (RFC 7519) in the shape of a JWT-SVID, for one audience and some minutes.
/// <code>
/// iss  the issuer                     exp, iat, nbf  when it holds        sid  the session
/// sub  spiffe://DOMAIN/agent/NAME     jti            128 random bits      env  where the agent is deployed
/// aud  the one who is to take it      act  who acts for it, and for that pol  digest of its policy
/// cnf  the key or certificate whose holder alone may use it (RFC 9449, RFC 8705), where there is one
/// </code>
/// </summary>
public sealed class AgentTokens(IdentityKeys keys, IdentityPlace place, TimeProvider clock)
{
    /// <summary>The longest that one may.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>How far a verifier's clock may be behind.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(30);

    private const int IdBytes = 16;
    private const int MaxTokenChars = 4096;

    /// <summary>Signs one.</summary>
    /// <param name="who">Whom it speaks of.</param>
    /// <param name="audience">Who is to take it.</param>
    /// <param name="life">How long; at most <see cref="Longest"/>.</param>
    /// <param name="actors">Who acts for it, who does now first; nobody when left out.</param>
    /// <param name="boundTo">What whoever uses it must hold; nothing when left out.</param>
    /// <exception cref="IOException">The keys can't be read or written.</exception>
    public AgentToken Sign(
        AgentClaims who,
        string audience,
        TimeSpan life,
        ImmutableArray<AgentActor> actors = default,
        TokenBinding? boundTo = null
    )
    {
        ArgumentNullException.ThrowIfNull(who);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(life, Longest);
        var (now, key) = (clock.GetUtcNow(), keys.Signing());
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));
        var header = new JsonObject
        {
            ["alg"] = "ES256",
            ["kid"] = key.Id,
            ["typ"] = "JWT",
        };
        var claims = new JsonObject
        {
            ["iss"] = place.Issuer,
            ["sub"] = place.Of(who.Agent),
            ["aud"] = audience,
            ["exp"] = (now + life).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = (now - s_skew).ToUnixTimeSeconds(),
            ["jti"] = id,
            ["sid"] = who.Session.ToString(),
            ["env"] = who.Environment,
            ["pol"] = who.Policy,
        };
        if (!actors.IsDefaultOrEmpty)
        {
            claims["act"] = AgentActor.ToClaim(actors);
        }

        if (boundTo is not null)
        {
            claims["cnf"] = boundTo.ToClaim();
        }

        var said = $"{Text(header)}.{Text(claims)}";
        var text = $"{said}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(said)))}";
        return new AgentToken(id, now + life, new Secret(text));
    }

    /// <summary>
    /// What a token says, when one of this instance's keys signed it and its time isn't over; null for every other text. Nothing of a
    /// token chooses how it is verified but the name of a key that is known here.
    /// </summary>
    /// <exception cref="IOException">The keys can't be read or written.</exception>
    public VerifiedToken? Verify(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var parts = token.Length <= MaxTokenChars ? token.Split('.') : [];
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
            if (
                header["alg"]?.GetValue<string>() != "ES256"
                || header["typ"]?.GetValue<string>() != "JWT"
                || header.ContainsKey("crit")
                || header["kid"]?.GetValue<string>() is not { } id
                || keys.Find(id) is not { } key
                || !key.Verifies(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]))
            )
            {
                return null;
            }

            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
            var ends = DateTimeOffset.FromUnixTimeSeconds(claims["exp"]!.GetValue<long>());
            return
                clock.GetUtcNow() < ends
                && claims["iss"]!.GetValue<string>() == place.Issuer
                && SessionId.TryParse(claims["sid"]!.GetValue<string>(), out var session)
                ? new VerifiedToken(session, claims)
                {
                    Audience = claims["aud"]!.GetValue<string>(),
                    Ends = ends,
                    Actors = AgentActor.Read(claims["act"]),
                    BoundTo = claims.ContainsKey("cnf") ? TokenBinding.Read(claims["cnf"]!.AsObject()) : null,
                }
                : null;
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or FormatException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArgumentException
            )
        {
            return null;
        }
    }

    private static string Text(JsonObject json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
