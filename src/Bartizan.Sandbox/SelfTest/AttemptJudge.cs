using System.Collections.Immutable;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>
/// Says what an attempt's observation is worth, given what the same act did outside. "Blocked" means something only when
/// the act is possible where no layer forbids it.
/// </summary>
internal static class AttemptJudge
{
    private const string BlockedWord = "blocked";
    private const string OpenWord = "open";
    private const string NotApplicableWord = "not-applicable";
    private const string Missing = "no verdict";

    /// <summary>Judges every row of the catalogue.</summary>
    public static IEnumerable<Attempt> Judge(
        IEnumerable<AttemptCatalogue.Row> rows,
        ImmutableDictionary<string, ProbeLine> inside,
        ImmutableDictionary<string, ProbeLine> outside
    ) => rows.Select(row => Judge(row, inside.GetValueOrDefault(row.Id), outside.GetValueOrDefault(row.Id)));

    private static Attempt Judge(AttemptCatalogue.Row row, ProbeLine? inside, ProbeLine? outside)
    {
        var (result, reason) = Weigh(row, inside, outside);
        return new Attempt
        {
            Id = row.Id,
            Layer = row.Layer,
            Observed = inside?.Observed ?? Missing,
            Control = outside is null ? Missing : $"{outside.Result}: {outside.Observed}",
            Result = result,
            Reason = reason,
        };
    }

    private static (AttemptResult Result, string? Reason) Weigh(
        AttemptCatalogue.Row row,
        ProbeLine? inside,
        ProbeLine? outside
    ) =>
        (inside?.Result, outside?.Result) switch
        {
            (OpenWord, _) => (AttemptResult.Open, null),
            (NotApplicableWord, _) => (AttemptResult.NotApplicable, inside.Observed),
            (not BlockedWord, _) => (AttemptResult.Inconclusive, "the attempt gave no verdict"),
            (_, OpenWord) => (AttemptResult.Blocked, null),
            (_, NotApplicableWord) when !row.Canary => (AttemptResult.NotApplicable, outside.Observed),
            (_, BlockedWord) when !row.Canary && inside.Observed == outside.Observed => (
                AttemptResult.NotApplicable,
                "the host itself refuses it in the same way, so nothing is proved"
            ),

            // The host has no such thing either, but what answered inside was a layer of ours, not its absence.
            (_, BlockedWord) when !row.Canary => (AttemptResult.Blocked, null),
            _ => (AttemptResult.Inconclusive, "its control failed: the act must succeed outside the sandbox"),
        };
}
