namespace Bartizan.Core.Manifests;

/// <summary>How a Vault is signed in to.</summary>
public enum ProviderAuth
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>A role's id, with a secret id.</summary>
    AppRole,

    /// <summary>A role, with a JWT of an issuer that the Vault trusts.</summary>
    Jwt,

    /// <summary>A role, with the token of a Kubernetes service account.</summary>
    Kubernetes,
}
