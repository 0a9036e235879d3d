using Bartizan.Core.Identity;

namespace Bartizan.Control.OpenId;

/// <summary>One sign-in under way at a provider.</summary>
/// <param name="Provider">The provider that it was sent to, with its addresses as they were then: an answer of another isn't its.</param>
/// <param name="Nonce">What its token must carry.</param>
/// <param name="Verifier">What its code is redeemed with (PKCE, RFC 7636).</param>
/// <param name="Browser">SHA-256 of what the browser that began it has in a cookie.</param>
/// <param name="Next">Where the browser goes afterwards.</param>
/// <param name="Place">Where it was begun.</param>
/// <param name="Network">The network that this is in.</param>
/// <param name="Until">Until when it may come back.</param>
internal sealed record SigningIn(
    OpenIdProvider Provider,
    string Nonce,
    string Verifier,
    byte[] Browser,
    string Next,
    string Place,
    string Network,
    DateTimeOffset Until
);
