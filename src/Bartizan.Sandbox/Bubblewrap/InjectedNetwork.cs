namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>What was made in a sandbox's network.</summary>
/// <param name="Listeners">The listeners.</param>
/// <param name="Captured">Which dials arrive at them, as the receipt says it.</param>
/// <param name="Number">The network's own, that no other has; null where the kernel can't say.</param>
internal sealed record InjectedNetwork(SandboxListeners Listeners, ReceiptLayer Captured, ulong? Number);
