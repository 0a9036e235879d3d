namespace Bartizan.Gateway.Egress;

/// <summary>All the ways reading a ClientHello ends.</summary>
internal enum HelloEnd
{
    /// <summary>These bytes are not the start of TLS.</summary>
    NotTls = 0,

    /// <summary>TLS, but not a ClientHello that can be read without doubt.</summary>
    Malformed,

    /// <summary>Its true name is encrypted (ECH, ESNI).</summary>
    Encrypted,

    /// <summary>It names nobody.</summary>
    NoName,

    /// <summary>Not all of it is here yet.</summary>
    More,

    /// <summary>It names a host.</summary>
    Named,
}
