using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox;

/// <summary>Which protections of one sandbox are in force, and at which tier. It is an entry of the log.</summary>
public sealed record SandboxReceipt
{
    /// <summary>The session.</summary>
    public required SessionId Session { get; init; }

    /// <summary><c>bubblewrap</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>The backend's version.</summary>
    public required string BackendVersion { get; init; }

    /// <summary>Kernel release.</summary>
    public required string Kernel { get; init; }

    /// <summary>The host user the sandbox runs as; never 0.</summary>
    public required int HostUser { get; init; }

    /// <summary>The digest of the seccomp program.</summary>
    public required Digest SeccompDigest { get; init; }

    /// <summary>Landlock's ABI.</summary>
    public required int LandlockAbi { get; init; }

    /// <summary>At which tier limits are enforced.</summary>
    public required LimitTier Limits { get; init; }

    /// <summary>By which means a pause holds processes.</summary>
    public required PauseTier Pause { get; init; }

    /// <summary>Every layer, in words.</summary>
    public required ImmutableArray<ReceiptLayer> Layers { get; init; }

    /// <summary>What the plan showed beside the base.</summary>
    public required ImmutableArray<ReceiptMount> Mounts { get; init; }

    /// <summary>The receipt as JSON, the payload of its entry.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ReceiptJson.Default.SandboxReceipt);
}
