namespace Bartizan.Core.Identity;

/// <summary>All the ways in which a token doesn't verify. The zero is one of them: what nobody judged isn't good.</summary>
public enum TokenFault
{
    /// <summary>Nobody judged it.</summary>
    Unjudged = 0,

    /// <summary>It is no signed token in the compact form, or too long.</summary>
    Malformed,

    /// <summary>Its head asks for what isn't done here: another algorithm, a key that it brings, an extension.</summary>
    Header,

    /// <summary>It is a token of another kind: one for its client where one for a resource server is expected.</summary>
    Kind,

    /// <summary>Its issuer publishes no key of its name; the key may be newer than what is known of them.</summary>
    UnknownKey,

    /// <summary>No key of its issuer signed it.</summary>
    Signature,

    /// <summary>It is of another issuer.</summary>
    Issuer,

    /// <summary>It is meant for somebody else.</summary>
    Audience,

    /// <summary>It doesn't hold now, or for longer than is taken.</summary>
    Time,

    /// <summary>It doesn't answer the sign-in that it came with.</summary>
    Nonce,

    /// <summary>It doesn't go with the token that it came with, or is bound to what its bearer didn't show.</summary>
    Binding,

    /// <summary>It doesn't say whom it is about.</summary>
    Subject,

    /// <summary>Its issuer's keys can't be had, so nothing can be said of it.</summary>
    Unavailable,
}
