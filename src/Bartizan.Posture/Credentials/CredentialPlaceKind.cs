namespace Bartizan.Posture.Credentials;

/// <summary>Where a static credential lies.</summary>
public enum CredentialPlaceKind
{
    /// <summary>A file of the workspace.</summary>
    Workspace,

    /// <summary>A file that configures an agent or its tool servers.</summary>
    Configuration,

    /// <summary>A variable of whoever looks.</summary>
    Variable,

    /// <summary>An object of the repository, old or still current.</summary>
    History,

    /// <summary>A layer, or the configuration, of an image.</summary>
    Image,
}
