namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Kinds of alternative names, by their numbers (RFC 5280, 4.2.1.6).</summary>
internal enum CertificateName
{
    Email = 1,
    Dns = 2,
    Uri = 6,
}
