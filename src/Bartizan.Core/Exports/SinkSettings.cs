using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Exports;

/// <summary>One sink of <c>exports.yaml</c>, as its file has it; what isn't said has the value of its kind.</summary>
public sealed record SinkSettings
{
    /// <summary>Its name, unique in the file; the name of its cursor.</summary>
    public required string Name { get; init; }

    /// <summary>What receives.</summary>
    public required SinkKind Kind { get; init; }

    /// <summary>How entries are written.</summary>
    public required SinkFormat Format { get; init; }

    /// <summary>Where it is; null for a file.</summary>
    public Uri? Url { get; init; }

    /// <summary>The file's absolute path; null for a server.</summary>
    public string? Path { get; init; }

    /// <summary>Where its token or signing key comes from.</summary>
    public CredentialSource? Token { get; init; }

    /// <summary>A PEM file with the authority of a private server.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Which kinds of entry are sent; empty for all.</summary>
    public ImmutableHashSet<EntryKind> Kinds { get; init; } = [];

    /// <summary>Which decisions are sent; empty for all. Entries without a decision are sent whatever stands here.</summary>
    public ImmutableHashSet<Effect> Decisions { get; init; } = [];

    /// <summary>True when a new sink starts with what is recorded from now on, not with the log's first entry.</summary>
    public bool FromNow { get; init; }

    /// <summary>The index of Elastic or Splunk.</summary>
    public string? Index { get; init; }

    /// <summary>Whether OTLP gets logs.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>Whether OTLP gets traces.</summary>
    public bool Traces { get; init; }

    /// <summary>True for OTLP as JSON instead of protobuf.</summary>
    public bool OtlpJson { get; init; }

    /// <summary>The private enterprise number in syslog's structured data; 32473 is the one for examples (RFC 5612).</summary>
    public int Enterprise { get; init; } = ExampleEnterprise;

    /// <summary>RFC 5612: the number that stands for "an example", until an organisation writes its own.</summary>
    public const int ExampleEnterprise = 32473;
}
