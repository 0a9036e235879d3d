namespace Bartizan.Core.Manifests;

/// <summary>Where a credential comes from.</summary>
public enum CredentialOrigin
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>A variable of the person who runs the agent; sent by the command for that session only.</summary>
    Variable,

    /// <summary>A file that the daemon reads.</summary>
    File,

    /// <summary>The instance's vault.</summary>
    Vault,
}
