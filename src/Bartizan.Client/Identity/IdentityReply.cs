using System.Text.Json.Nodes;

namespace Bartizan.Client.Identity;

/// <summary>How agents are known outside: nothing of it is secret.</summary>
/// <param name="TrustDomain">The SPIFFE trust domain.</param>
/// <param name="Issuer">The issuer of tokens.</param>
/// <param name="Listen">Where the instance serves its keys, as an address of this machine; null for nowhere.</param>
/// <param name="Keys">The key set that verifies tokens (RFC 7517), the one that signs first.</param>
public sealed record IdentityReply(string TrustDomain, string Issuer, string? Listen, JsonNode Keys)
{
    /// <summary>The TLS that they are served with; null when they are served in the clear, or not at all.</summary>
    public IdentityTls? Tls { get; init; }

    /// <summary>Why nothing is served though the file says where; null when it is, or says nowhere.</summary>
    public string? Unserved { get; init; }
}
