using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A manifest, or what is wrong with it.</summary>
/// <param name="Manifest">Null when there are errors.</param>
/// <param name="Errors">Every error found.</param>
public sealed record ManifestLoad(Manifest? Manifest, ImmutableArray<ManifestError> Errors)
{
    /// <summary>What is allowed and probably not meant.</summary>
    public ImmutableArray<ManifestError> Warnings { get; init; } = [];
}
