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

    /// <summary>The instance itself: it signs who the agent is, for one audience.</summary>
    Identity,

    /// <summary>A provider: it is issued for the session.</summary>
    Provider,
}
