using System.Collections.Immutable;
using Bartizan.Core.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>What a list was judged to be, before any of it is recorded.</summary>
/// <param name="Verdicts">In the order of the list.</param>
/// <param name="Notes">What is to be recorded.</param>
/// <param name="Kept">The server with what is trusted from now on because it is seen for the first time; null for nothing new.</param>
internal sealed record PinJudgement(
    ImmutableArray<PinVerdict> Verdicts,
    ImmutableArray<PinNote> Notes,
    PinnedServer? Kept
);
