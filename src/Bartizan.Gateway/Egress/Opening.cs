namespace Bartizan.Gateway.Egress;

/// <summary>How a tunnel was asked for, and so what its client is told.</summary>
internal enum Opening
{
    /// <summary>It wasn't: a captured connection hears TLS's own alerts or nothing.</summary>
    Captured = 0,

    /// <summary>It wasn't either, and what it speaks is not known: it hears words of what it begins to speak, or a reset.</summary>
    Dialed,

    /// <summary>By CONNECT: an HTTP answer, with a sentence.</summary>
    Connect,

    /// <summary>By SOCKS5: a code of RFC 1928; the sentence stands in the log only.</summary>
    Socks,
}
