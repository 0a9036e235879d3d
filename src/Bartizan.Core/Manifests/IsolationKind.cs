namespace Bartizan.Core.Manifests;

/// <summary>What an agent's sandbox is made of.</summary>
public enum IsolationKind
{
    /// <summary>Bubblewrap on this host; the base is the host's <c>/usr</c>.</summary>
    Bubblewrap = 0,

    /// <summary>A container of a pinned image, by podman on this host.</summary>
    Oci,
}
