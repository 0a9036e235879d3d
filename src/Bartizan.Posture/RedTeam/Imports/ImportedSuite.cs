using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>What other people's attacks became.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Manifest">The text of the manifest that goes beside it: a draft, or the carrier's own.</param>
/// <param name="Notes">What was left out, and why.</param>
public sealed record ImportedSuite(Suite Suite, string Manifest, ImmutableArray<string> Notes);
