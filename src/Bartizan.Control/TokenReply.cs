using System.Text.Json.Nodes;

namespace Bartizan.Control;

/// <summary>What whoever asked for another token is told (RFC 8693, 2.2): the token, or one of OAuth's words for why not.</summary>
/// <param name="Token">The token; null when there is none.</param>
/// <param name="ExpiresIn">How long it holds.</param>
/// <param name="Error">Why not, in a word.</param>
/// <param name="Says">Why not, in a sentence.</param>
public sealed record TokenReply(string? Token, TimeSpan ExpiresIn, string? Error, string? Says)
{
    /// <summary>The word for a proof that is none (RFC 9449, 5).</summary>
    public const string BadProof = "invalid_dpop_proof";

    /// <summary>The word for a token that came without what it is bound to (RFC 6749, 5.2, as RFC 8705, 4, has it).</summary>
    public const string NotTheirs = "invalid_grant";

    /// <summary>The word for too much to do (RFC 6749, 4.1.2.1, which has no token endpoint's word for it).</summary>
    public const string Busy = "temporarily_unavailable";

    /// <summary>
    /// True when it is of use only with a proof (RFC 9449); what is bound to a certificate alone stays a bearer's (RFC 8705, 3).
    /// </summary>
    public bool NeedsProof { get; init; }

    /// <summary>Given.</summary>
    public static TokenReply Given(string token, TimeSpan expiresIn, bool needsProof = false) =>
        new(token, expiresIn, null, null) { NeedsProof = needsProof };

    /// <summary>Not given.</summary>
    public static TokenReply Refused(string error, string says) => new(null, TimeSpan.Zero, error, says);

    /// <summary>As JSON.</summary>
    internal JsonObject ToJson() =>
        Token is null
            ? new JsonObject { ["error"] = Error, ["error_description"] = Says }
            : new JsonObject
            {
                ["access_token"] = Token,
                ["issued_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
                ["token_type"] = NeedsProof ? "DPoP" : "Bearer",
                ["expires_in"] = (long)ExpiresIn.TotalSeconds,
            };
}
