using System.Text.Json;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>
/// Finds a server's endpoints by its issuer (RFC 8414, and OpenID Connect Discovery where a server has no other). What it finds counts only
/// if it is of that very issuer and leads to the issuer's own server: the client's secret goes there.
/// </summary>
internal static class OAuthDiscovery
{
    /// <exception cref="ProviderException">There is none, or it isn't its own.</exception>
    public static async Task<OAuthEndpoints> FindAsync(
        ProviderHttp http,
        OAuthTerms terms,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var issuer = new Uri(terms.Issuer);
        var path = issuer.AbsolutePath.TrimEnd('/');
        var origin = issuer.GetLeftPart(UriPartial.Authority);
        Uri[] places =
        [
            new($"{origin}/.well-known/oauth-authorization-server{path}"),
            new($"{origin}{path}/.well-known/openid-configuration"),
        ];
        foreach (var place in places)
        {
            using var reply = await ProviderTries
                .AskAsync(
                    ending => http.SendAsync(HttpMethod.Get, place, null, "", Accept, ending),
                    one =>
                        one.Status == 404
                            ? (ProviderFault.Unknown, "")
                            : OAuthFaults.Of(one, http.Authority, "says nothing of its endpoints"),
                    clock,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (reply.Status == 200)
            {
                return Read(reply.Json, terms, origin);
            }
        }

        throw No(terms, "says nothing of its endpoints: name them in `endpoints`");
    }

    private static OAuthEndpoints Read(JsonElement said, OAuthTerms terms, string origin)
    {
        // RFC 8414, 3.3: identical, or it is another's.
        if (ProviderReply.TextOf(said, "issuer") != terms.Issuer)
        {
            throw No(terms, "says that it is another issuer: `url` must be its issuer to the letter");
        }

        var ways = ProviderReply.PartOf(said, "token_endpoint_auth_methods_supported");
        var way = terms.By switch
        {
            "post" => "client_secret_post",
            "key" => "private_key_jwt",
            "" => "none",
            _ => "client_secret_basic",
        };
        if (
            ways.ValueKind == JsonValueKind.Array
            && !ways.EnumerateArray().Any(one => ProviderReply.TextOf(one) == way)
        )
        {
            throw No(terms, $"doesn't take `{way}`: say another way in `auth: by`");
        }

        return new OAuthEndpoints(
            AddressOf("token_endpoint") ?? throw No(terms, "has no token endpoint"),
            AddressOf("revocation_endpoint"),
            AddressOf("device_authorization_endpoint")
        );

        Uri? AddressOf(string name) =>
            ProviderReply.TextOf(said, name) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.GetLeftPart(UriPartial.Authority) == origin
                ? url
            : throw No(terms, $"has its `{name}` on another server: name it in `endpoints`, if you trust that one");
    }

    private static void Accept(System.Net.Http.Headers.HttpRequestHeaders fields) =>
        fields.Accept.ParseAdd("application/json");

    private static ProviderException No(OAuthTerms terms, string what) =>
        new(ProviderFault.Refused, $"`{terms.Issuer}` {what}");
}
