namespace Bartizan.Sandbox.Oci;

/// <summary>Who a container's two users are on the host.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Root">Its root, whom nobody in there can become and who owns nothing.</param>
internal sealed record HostIds(int Agent, int Root);
