namespace Bartizan.Vault.Providers.OAuth;

/// <summary>Revokes tokens (RFC 7009).</summary>
internal static class OAuthRevocation
{
    /// <summary>What it says of a token that requests are made with.</summary>
    public const string OfAccess = "access_token";

    /// <summary>What it says of a refresh token.</summary>
    public const string OfRefresh = "refresh_token";

    /// <summary>Revokes one. What the server doesn't know any more is revoked, too (2.2), and answered with whatever body.</summary>
    /// <exception cref="ProviderException">It isn't revoked, or nobody knows.</exception>
    public static async Task SendAsync(
        OAuthWire wire,
        Uri to,
        Secret? own,
        Secret token,
        string kind,
        CancellationToken cancellationToken
    )
    {
        using var reply = await wire.PostAsync(
                to,
                own,
                token,
                form => form.Add("token", token).Add("token_type_hint", kind),
                one => one.Status is 200 or 204,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Revokes one that is lent to nobody and kept nowhere; where that fails it ends by itself.</summary>
    public static async Task TryAsync(OAuthWire wire, Secret? own, Secret token, string kind)
    {
        try
        {
            var endpoints = await wire.EndpointsAsync(CancellationToken.None).ConfigureAwait(false);
            if (endpoints.Revoke is { } to)
            {
                await SendAsync(wire, to, own, token, kind, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (ProviderException)
        {
            // Nobody has it.
        }
    }
}
