namespace Bartizan.Posture.Credentials;

/// <summary>A credential and where in the vault it goes.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Path">The vault's path.</param>
public sealed record CredentialMove(StaticCredential Credential, string Path)
{
    /// <summary>What stands in a file where the value was; the form that a manifest's <c>from</c> takes.</summary>
    public string Mark => $"vault:{Path}";
}
