using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The built-in <c>code</c> tool, as a manifest describes it: what generated code is run by, and within which bounds. Each call has a
/// sandbox of its own that is gone when the call ends. What it may reach and whether it sees the workspace stand on its
/// <see cref="ToolServer"/>, as every other server's. Whether it may be called at all is decided by rules.
/// </summary>
public sealed record CodeTerms
{
    /// <summary>The tool server that it is the tool of.</summary>
    public const string Server = "code";

    /// <summary>The tool's name.</summary>
    public const string Tool = "run";

    /// <summary>Languages of one manifest.</summary>
    public const int MaxLanguages = 16;

    /// <summary>Bytes of each of the two streams that a result may hold: escaped, twice both fit into an answer of a tool server.</summary>
    public const long MaxOutput = 256L << 10;

    /// <summary>The longest a call may take: shorter than a tool server may be silent.</summary>
    public static readonly TimeSpan MaxWallClock = TimeSpan.FromMinutes(9);

    /// <summary>What a call may use where the manifest says nothing.</summary>
    public static Limits UsualLimits { get; } =
        new()
        {
            Cpu = 1,
            MemoryBytes = 512L << 20,
            Processes = 64,
            DiskBytes = 64L << 20,
            WallClock = TimeSpan.FromSeconds(30),
        };

    /// <summary>The languages, each with the command that runs a file of it; the file's path is its last word.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Languages { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>What its sandboxes are made of.</summary>
    public IsolationKind Isolation { get; init; }

    /// <summary>With <see cref="IsolationKind.Oci"/>: the image, <c>NAME@sha256:…</c>.</summary>
    public string? Image { get; init; }

    /// <summary>What a result holds of each stream, in bytes; the rest is cut.</summary>
    public long OutputBytes { get; init; } = 64L << 10;

    /// <summary>What one call may use of the host.</summary>
    public Limits Limits { get; init; } = UsualLimits;

    /// <summary>A server's terms in one spelling, for the policy's digest; null for a server without any.</summary>
    public static string? LineOf(ToolServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Code is not { } code
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"code by {string.Join("; ", code.Languages.Select(one => $"{one.Key} {Words(one.Value)}"))} in {code.Isolation} {code.Image}, "
                    + $"workspace {server.Workspace is not null}, egress {Words(server.Egress.Order(StringComparer.Ordinal))}, "
                    + $"output {code.OutputBytes}, cpu {code.Limits.Cpu}, memory {code.Limits.MemoryBytes}, "
                    + $"processes {code.Limits.Processes}, disk {code.Limits.DiskBytes}, seconds {code.Limits.WallClock.TotalSeconds}"
            );
    }

    private static string Words(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => $"\"{JsonEncodedText.Encode(word)}\""));
}
