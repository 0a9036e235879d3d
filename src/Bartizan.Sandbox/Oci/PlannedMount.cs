namespace Bartizan.Sandbox.Oci;

/// <summary>What is to be mounted at one path of a container.</summary>
/// <param name="IsWritable">True when the agent may write there.</param>
/// <param name="Kind">The file system's type; null for what lies on the host's disks.</param>
/// <param name="Node">The file or directory of the host that is shown; null for what is made for the launch.</param>
internal sealed record PlannedMount(bool IsWritable, string? Kind = null, NodeNumber? Node = null)
{
    /// <summary>A file or directory in memory.</summary>
    public static PlannedMount Memory(bool isWritable) => new(isWritable, "tmpfs");
}
