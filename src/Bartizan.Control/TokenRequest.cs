using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Control;

/// <summary>A request for another token (RFC 8693, 2.1), read from a form.</summary>
/// <param name="SubjectToken">Whom the new one speaks of.</param>
/// <param name="ActorToken">Who is to act for it; null for nobody new.</param>
/// <param name="Audience">Who is to take the new one.</param>
/// <param name="Proof">By what whoever asks shows that it holds a key (RFC 9449); null when it doesn't.</param>
public sealed record TokenRequest(string SubjectToken, string? ActorToken, string Audience, string? Proof = null)
{
    /// <summary>The thumbprint of the certificate of the connection that it came over (RFC 8705, 3.1); null when that has none.</summary>
    public string? Certificate { get; init; }

    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>Reads it, or says what is wrong. What a parameter would ask for and isn't done is refused, never left out.</summary>
    internal static TokenRequest? Read(IFormCollection form, StringValues proofs, out TokenReply problem)
    {
        // RFC 9449, 4.3: not more than one.
        if (proofs.Count > 1)
        {
            problem = TokenReply.Refused(TokenReply.BadProof, "there is more than one header `DPoP`");
            return null;
        }

        problem = TokenReply.Refused("invalid_request", "the form has a parameter twice, or lacks one");
        if (form.Any(field => field.Value.Count != 1))
        {
            return null;
        }

        var (grant, subject, actor, audience) = (
            One(form, "grant_type"),
            One(form, "subject_token"),
            One(form, "actor_token"),
            One(form, "audience")
        );
        if (grant != Exchange)
        {
            problem = TokenReply.Refused(
                "unsupported_grant_type",
                "tokens are exchanged here (RFC 8693), and nothing else"
            );
            return null;
        }

        if (form.ContainsKey("scope"))
        {
            problem = TokenReply.Refused("invalid_scope", "a token here is for one audience and has no scopes");
            return null;
        }

        if (audience is null || form.ContainsKey("resource"))
        {
            problem = TokenReply.Refused("invalid_target", "say one `audience`, and no `resource`");
            return null;
        }

        var fits =
            subject is not null
            && One(form, "subject_token_type") == Jwt
            && One(form, "actor_token_type") == (actor is null ? null : Jwt)
            && One(form, "requested_token_type") is null or Jwt;
        return fits ? new TokenRequest(subject!, actor, audience, proofs.Count == 0 ? null : proofs.ToString()) : null;
    }

    private static string? One(IFormCollection form, string name) =>
        form.TryGetValue(name, out var value) && value.Count == 1 && value[0] is { Length: > 0 } text ? text : null;
}
