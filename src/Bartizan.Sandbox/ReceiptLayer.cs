namespace Bartizan.Sandbox;

/// <summary>One protection that is in force.</summary>
/// <param name="Name">
/// <c>namespaces</c>, <c>seccomp</c>, <c>landlock</c>, <c>host user</c>, <c>limits</c>, <c>pause</c>, <c>network</c>, <c>captured</c>.
/// </param>
/// <param name="Tier">How strongly: <c>cgroup v1</c>, <c>abi 7</c>…</param>
/// <param name="Detail">What exactly, in words.</param>
public sealed record ReceiptLayer(string Name, string Tier, string Detail);
