using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>What is to be launched, on what host, under which filter.</summary>
internal sealed record LaunchOrder(SandboxPlan Plan, HostReport Host, SyscallFilter Filter);
