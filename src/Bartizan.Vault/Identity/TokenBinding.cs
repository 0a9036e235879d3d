using System.Text.Json.Nodes;

namespace Bartizan.Vault.Identity;

/// <summary>
/// What whoever uses a token must hold besides it, as its <c>cnf</c> says (RFC 7800, 3.1). Where it names two, both are needed.
/// <code>
/// jkt       the thumbprint of a key that a proof shows with each request (RFC 9449, 6.1)
/// x5t#S256  the thumbprint of the certificate of the connection that it comes over (RFC 8705, 3.1)
/// </code>
/// </summary>
public sealed record TokenBinding
{
    private const string KeyMember = "jkt";
    private const string CertificateMember = "x5t#S256";

    private TokenBinding(string? key, string? certificate) => (Key, Certificate) = (key, certificate);

    /// <summary>The thumbprint of the key; null for none.</summary>
    public string? Key { get; }

    /// <summary>The thumbprint of the certificate; null for none.</summary>
    public string? Certificate { get; }

    /// <summary>What it is, in words.</summary>
    public string Says =>
        string.Join(
            " and ",
            new[]
            {
                Key is null ? null : $"the key {Key}",
                Certificate is null ? null : $"the certificate {Certificate}",
            }.OfType<string>()
        );

    /// <summary>A binding to what is there; null when nothing is.</summary>
    public static TokenBinding? Of(string? key, string? certificate) =>
        key is null && certificate is null ? null : new TokenBinding(key, certificate);

    /// <summary>As the claim says it.</summary>
    internal JsonObject ToClaim()
    {
        var claim = new JsonObject();
        foreach (var (name, value) in ((string, string?)[])[(KeyMember, Key), (CertificateMember, Certificate)])
        {
            if (value is not null)
            {
                claim[name] = value;
            }
        }

        return claim;
    }

    /// <summary>Reads the claim.</summary>
    /// <exception cref="FormatException">It asks for what isn't known here, or for nothing: then nobody can show that they hold it.</exception>
    internal static TokenBinding Read(JsonObject claim) =>
        claim.All(member => member.Key is KeyMember or CertificateMember && member.Value is not null)
        && Of(claim[KeyMember]?.GetValue<string>(), claim[CertificateMember]?.GetValue<string>()) is { } bound
            ? bound
            : throw new FormatException("the token is bound to what isn't known");
}
