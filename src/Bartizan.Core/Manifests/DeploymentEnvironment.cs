namespace Bartizan.Core.Manifests;

/// <summary>Where an agent runs; each must prove narrower than the one before.</summary>
public enum DeploymentEnvironment
{
    /// <summary>The strictest, and so what is meant when nothing is said.</summary>
    Production = 0,

    /// <summary>Before production.</summary>
    Staging,

    /// <summary>Where relaxations such as <c>--observe</c> exist.</summary>
    Development,
}
