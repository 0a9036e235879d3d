using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <content>OAuth 2.0 servers and GitHub Apps.</content>
internal static partial class ManifestShape
{
    private static ImmutableArray<ManifestKey> OAuthProviderKeys =>
        [
            Known(
                "endpoints",
                new Shape.Keys([
                    Known("token", _url, "Where tokens are issued (RFC 6749)."),
                    Known("revoke", _url, "Where they are revoked (RFC 7009)."),
                    Known("device", _url, "Where a person's sign-in on another device begins (RFC 8628)."),
                ]),
                "The endpoints of an OAuth server; discovered from `url`, its issuer (RFC 8414), when left out."
            ),
            Known(
                "refresh",
                _name,
                "The credential of the vault that is an OAuth server's refresh token: `bartizan providers sign-in` puts it there. Without it the client's own rights are asked for."
            ),
        ];

    private static ImmutableArray<ManifestKey> OAuthSignInKeys =>
        [
            Known(
                "by",
                new Shape.Choice("how a client says who it is", [.. OAuthForm.ClientWays]),
                "How the client's secret is shown: `basic`, when left out; `post` in the body; `key` signs with a private key (RFC 7523)."
            ),
            Known("key_id", ClientName, "The `kid` that goes with a private key."),
            Known("app", ClientName, "The client id, or the number, of a GitHub App; `with` is its private key."),
        ];

    private static Shape.Text ClientName =>
        new("a client's id")
        {
            MaxLength = 256,
            Expression = "^[!-~]+$",
            Problem = text => text.All(c => c is > ' ' and < '\u007f') ? null : "is no client's id",
        };
}
