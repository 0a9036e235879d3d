namespace Bartizan.Core.Identity;

/// <summary>What of a certificate says whose it is.</summary>
public enum CertificateMarkKind
{
    /// <summary>A name of DNS among its alternative names.</summary>
    Dns = 1,

    /// <summary>An address among its alternative names, such as a SPIFFE id.</summary>
    Uri,

    /// <summary>A mailbox among its alternative names.</summary>
    Email,

    /// <summary>The certificate itself, by its SHA-256.</summary>
    Certificate,
}
