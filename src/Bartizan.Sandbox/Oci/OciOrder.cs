using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Oci;

/// <summary>What is to be launched, by which engine, from which image, on what host, under which filter.</summary>
internal sealed record OciOrder(
    SandboxPlan Plan,
    ContainerEngine Engine,
    ContainerImage Image,
    HostReport Host,
    SyscallFilter Filter,
    TimeSpan Patience
);
