namespace Bartizan.Core.Identity;

/// <summary>What a token is for.</summary>
public enum TokenUse
{
    /// <summary>To tell a client who signed in (OpenID Connect Core 1.0, 2).</summary>
    Id = 0,

    /// <summary>To be shown to a resource server: <c>typ: at+jwt</c> (RFC 9068).</summary>
    Access,
}
