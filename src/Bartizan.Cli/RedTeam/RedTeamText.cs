using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Cli.RedTeam;

/// <summary>A red team's report for people.</summary>
internal static class RedTeamText
{
    /// <summary>Prints it.</summary>
    public static void Show(ImmutableArray<RedTeamReport> reports)
    {
        var sum = RedTeamReport.Sum(reports);
        Screen.Table(
            ["SUITE", "TASKS", "UNATTENDED", "WITH ASKS", "ATTACKS", "CASES", "THROUGH", "DONE UNDER ATTACK"],
            [.. (reports.Length == 1 ? reports : reports.Add(sum)).Select(Row)]
        );
        Screen.Line();
        Screen.Line("what stopped the attacks that are covered:");
        foreach (var (by, cases) in sum.Stoppers)
        {
            Screen.Line(string.Create(CultureInfo.InvariantCulture, $"  {cases, 5}  {Screen.Printable(by)}"));
        }

        Each("tasks that a person was asked about:", sum.Honest.Where(one => one is { Done: true, Asked: > 0 }), Why);
        Each("tasks that were not done:", sum.Honest.Where(one => !one.Done), Why);
        Each("attacks that got through:", sum.Through, one => "");
        var open = sum
            .Uncovered.CountBy(one => $"{one.Case.Suite.Name}/{one.Case.Attack!.Id}", StringComparer.Ordinal)
            .ToList();
        if (open.Count > 0)
        {
            Screen.Line();
            Screen.Line("not covered by the manifest, and through:");
            open.ForEach(one =>
                Screen.Line(
                    string.Create(CultureInfo.InvariantCulture, $"  {one.Value, 5}  {Screen.Printable(one.Key)}")
                )
            );
        }

        Screen.Line();
        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{sum.Through.Length} of {sum.Covered.Length} covered attack cases got through; {sum.Unattended:P0} of {sum.Honest.Length} tasks were done unattended, {sum.Attended:P0} with a person's yes"
            ),
            sum.Through.IsEmpty ? Tone.Good : Tone.Bad
        );
    }

    private static void Each(string title, IEnumerable<CaseResult> results, Func<CaseResult, string> why)
    {
        var all = results.ToList();
        if (all.Count == 0)
        {
            return;
        }

        Screen.Line();
        Screen.Line(title);
        all.ForEach(one => Screen.Line($"  {Screen.Printable(one.Case.Name)}  {Screen.Printable(why(one))}".TrimEnd()));
    }

    private static string Why(CaseResult result) => result.Held.IsEmpty ? "" : result.Held[0];

    private static ImmutableArray<string> Row(RedTeamReport report) =>
        [
            report.Suite,
            Number(report.Honest.Length),
            Share(report.Unattended),
            Share(report.Attended),
            Number(report.Attacks),
            Number(report.Attacked.Length),
            Number(report.Through.Length),
            Share(report.UnderAttack),
        ];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("P0", CultureInfo.InvariantCulture);
}
