namespace Bartizan.Sandbox;

/// <summary>One mount, as the receipt names it.</summary>
/// <param name="InsidePath">Where.</param>
/// <param name="Kind">How.</param>
/// <param name="HostPath">From where on the host; empty for what has no host path.</param>
/// <param name="Purpose">Why.</param>
public sealed record ReceiptMount(string InsidePath, MountKind Kind, string HostPath, string Purpose);
