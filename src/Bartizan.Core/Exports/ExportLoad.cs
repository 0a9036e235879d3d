using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Exports;

/// <summary>What reading <c>exports.yaml</c> gave.</summary>
/// <param name="Sinks">The sinks; none when there are errors.</param>
/// <param name="Errors">Every error found.</param>
public sealed record ExportLoad(ImmutableArray<SinkSettings> Sinks, ImmutableArray<ManifestError> Errors);
