using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Oci;

/// <summary>Writes the receipts of containers: bubblewrap's, with what differs.</summary>
internal static class OciReceipts
{
    public static SandboxReceipt Of(OciOrder order, int hostUser, IReadOnlyList<string> namespaces)
    {
        var receipt = Receipts.Of(order.Plan, order.Host, order.Filter, hostUser, namespaces, ownUser: true);
        return receipt with
        {
            Backend = "oci",
            BackendVersion = order.Host.Engine,
            Layers =
            [
                .. receipt.Layers.Where(static layer => layer.Name != "root"),
                new(
                    "root",
                    "read-only overlay",
                    $"image {order.Image.Name}, generated /etc, sized /tmp, /home/agent, /dev/shm"
                ),
                new(
                    "engine",
                    order.Host.Engine,
                    "its monitor runs outside as the daemon's user; it has none of the agent's wires"
                ),
                new("checked", "before the go", "from outside, through /proc: " + ContainerCheck.Looked),
                new("lifeline", "init", "everything in the container ends with the daemon"),
            ],
        };
    }
}
