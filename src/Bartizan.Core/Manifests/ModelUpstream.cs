using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>One model upstream.</summary>
public sealed record ModelUpstream
{
    /// <summary>The name that <c>model</c> rules use.</summary>
    public required string Name { get; init; }

    /// <summary>Its wire format.</summary>
    public required ModelApi Api { get; init; }

    /// <summary>
    /// The base address. For each format the request's own path (<c>/v1/messages</c>, <c>/v1/responses</c>) is appended
    /// to its path; a base that ends in <c>/v1</c> swallows the request's <c>/v1</c>, one in <c>/v1beta</c> that of Gemini.
    /// </summary>
    public required Uri Url { get; init; }

    /// <summary>Further base addresses of the same provider, for when the first can't be reached or has too much to do.</summary>
    public ImmutableArray<Uri> Pool { get; init; } = [];

    /// <summary>Whether and how often a call is tried again; null for once only, and errors pass as they are.</summary>
    public RetryTerms? Retry { get; init; }

    /// <summary>The credential that is injected; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>A PEM file with the authority of a private upstream; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Where the data goes: for reports, and for labels that are confined to places.</summary>
    public string? Place { get; init; }
}
