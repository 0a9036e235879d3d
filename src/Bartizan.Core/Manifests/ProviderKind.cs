namespace Bartizan.Core.Manifests;

/// <summary>What a provider of credentials speaks.</summary>
public enum ProviderKind
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>HashiCorp Vault, or OpenBao: the same wire.</summary>
    Vault,

    /// <summary>AWS: the Security Token Service, and Secrets Manager.</summary>
    Aws,

    /// <summary>A Kubernetes cluster: tokens of service accounts, and Secrets.</summary>
    Kubernetes,

    /// <summary>Google Cloud: tokens of service accounts, and Secret Manager.</summary>
    Gcp,

    /// <summary>Azure: tokens of applications, and Key Vault.</summary>
    Azure,

    /// <summary>An OAuth 2.0 authorization server.</summary>
    OAuth,

    /// <summary>GitHub, or a GitHub Enterprise Server, by a GitHub App.</summary>
    GitHub,
}
