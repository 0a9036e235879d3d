using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bartizan.Records.Evidence;

/// <summary>
/// What a bundle says, <c>evidence.json</c> in it: one session's entries as they stand in the log, each with its inclusion proof under one
/// signed checkpoint. Everything in it can be checked with the log's key alone; the page in the bundle and
/// <see cref="EvidenceVerifier"/> do.
/// </summary>
public sealed record EvidenceDocument
{
    /// <summary>The format that this program writes.</summary>
    public const string CurrentFormat = "bartizan-evidence/v1";

    /// <summary>JSON of a bundle: strict, camel case, <c>&lt;</c> and <c>&amp;</c> escaped, so that it can stand in a page.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>Who exported it, when and with what.</summary>
    public required EvidenceExport Exported { get; init; }

    /// <summary>The log's key (C2SP signed-note).</summary>
    public required string Vkey { get; init; }

    /// <summary>The signed checkpoint, cosignatures included.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The witness policy of the log (C2SP tlog-policy); null without witnesses.</summary>
    public string? Witnesses { get; init; }

    /// <summary>True when the checkpoint is one that the policy is met by.</summary>
    public bool Cosigned { get; init; }

    /// <summary>The policy that the entries were decided by, if its manifest was given.</summary>
    public EvidencePolicy? Policy { get; init; }

    /// <summary>The session's entries, in the order of the log.</summary>
    public required ImmutableArray<EvidenceEntry> Entries { get; init; }

    /// <summary>Their payloads, or why they aren't here.</summary>
    public required ImmutableArray<EvidencePayload> Payloads { get; init; }
}
