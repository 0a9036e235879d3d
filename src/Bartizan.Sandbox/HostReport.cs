using System.Collections.Immutable;

namespace Bartizan.Sandbox;

/// <summary>What a host gives for isolation; <c>doctor</c> prints it and a launch refuses on <see cref="Missing"/>.</summary>
public sealed record HostReport
{
    /// <summary>True when this process is root: each sandbox then has a host user of its own.</summary>
    public required bool Root { get; init; }

    /// <summary>Kernel release.</summary>
    public required string Kernel { get; init; }

    /// <summary><c>x64</c>, <c>arm64</c>…</summary>
    public required string Architecture { get; init; }

    /// <summary>Unprivileged user namespaces work.</summary>
    public required bool UserNamespaces { get; init; }

    /// <summary>Where bubblewrap is; empty when it is not installed.</summary>
    public required string BubblewrapPath { get; init; }

    /// <summary>Its version; empty when it is not installed.</summary>
    public required string BubblewrapVersion { get; init; }

    /// <summary>A setuid bubblewrap is refused: CVE-2020-5291, CVE-2026-41163.</summary>
    public required bool BubblewrapSetuid { get; init; }

    /// <summary>The container engine and the runtime it works with here: <c>podman 4.3.1, runc</c>; empty without one.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Landlock's ABI; 0 when the kernel has none.</summary>
    public required int LandlockAbi { get; init; }

    /// <summary>Seccomp filters work.</summary>
    public required bool Seccomp { get; init; }

    /// <summary>Why not every port that a program dials can be captured; empty where it can.</summary>
    public string Uncaptured { get; init; } = "";

    /// <summary>The strongest limits this process can set.</summary>
    public required LimitTier Limits { get; init; }

    /// <summary>How a pause would hold processes.</summary>
    public required PauseTier Pause { get; init; }

    /// <summary>Required layers that are missing, one sentence each; empty when agents can be run.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>Weaker than could be, one sentence each.</summary>
    public required ImmutableArray<string> Weaker { get; init; }

    /// <summary>True when nothing required is missing.</summary>
    public bool CanIsolate => Missing.IsEmpty;
}
