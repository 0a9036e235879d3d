using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Retention;

/// <summary>What reading <c>retention.yaml</c> gave.</summary>
/// <param name="Settings">How long what is kept; for ever when there are errors.</param>
/// <param name="Errors">Every error found.</param>
public sealed record RetentionLoad(RetentionSettings Settings, ImmutableArray<ManifestError> Errors);
