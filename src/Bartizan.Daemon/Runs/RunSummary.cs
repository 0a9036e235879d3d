using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Runs;

/// <summary>What a person sees when a session ends: at most twelve lines, then the commands to look further.</summary>
internal static class RunSummary
{
    /// <summary>The most lines.</summary>
    public const int MaxLines = 12;

    private const int MaxNames = 4;

    /// <summary>The lines.</summary>
    public static ImmutableArray<string> Lines(
        LiveSession live,
        WorkspaceDiff? diff,
        string applied,
        ImmutableArray<BudgetStanding> spent
    )
    {
        var tally = live.Tally;
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add($"── bartizan: session {live.Session.Id}{(live.KilledBecause is { } why ? $", {why}" : "")}");
        if (diff is not null)
        {
            var names = Some(
                diff.Changes.Where(c => c.After != NodeKind.Directory).Select(c => $"{Sign(c.Kind)}{c.Shown}").ToList()
            );
            lines.Add($"   files    {(diff.Changes.IsEmpty ? "none changed" : names)}{applied}");
        }

        if (!tally.Models.IsEmpty)
        {
            var (input, output) = tally.Tokens;
            var models = Some([
                .. tally.Models.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} ×{m.Value}")),
            ]);
            lines.Add(
                string.Create(CultureInfo.InvariantCulture, $"   models   {models}; {input} tokens in, {output} out")
            );
        }

        if (!spent.IsEmpty)
        {
            lines.Add($"   spent    {Some([.. spent.Select(s => s.ToString())])}");
        }

        if (!tally.Hosts.IsEmpty)
        {
            var opened = tally.NewHosts.IsEmpty ? "" : $"; new: {Some([.. tally.NewHosts.Select(Visible.Text)])}";
            lines.Add(
                $"   hosts    {Some([.. tally.Hosts.Select(h => string.Create(CultureInfo.InvariantCulture, $"{Visible.Text(h.Key)} ×{h.Value}"))])}{opened}"
            );
        }

        var refusals = tally.Refusals;
        foreach (var (target, refusal) in refusals.Take(3))
        {
            var rule = refusal.Needed is { } needed
                ? $"`{Visible.Text(needed)}` would allow it"
                : Visible.Text(refusal.Reason);
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"   refused  {Visible.Text(target)} ×{refusal.Count}; {rule}"
                )
            );
        }

        if (refusals.Length > 3)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"            and {refusals.Length - 3} more"));
        }

        if (tally.Observed is { IsEmpty: false } observed)
        {
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"   observed {observed.Length} rules would make the manifest say what it did; they are printed above"
                )
            );
        }

        if (diff is { Changes.IsEmpty: false } && applied.Length == 0)
        {
            lines.Add($"   look     bartizan workspace diff {live.Session.Id} · apply · discard");
        }

        lines.Add($"   look     bartizan log show {live.Session.Id}");
        return [.. lines.Take(MaxLines)];
    }

    private static string Sign(ChangeKind kind) =>
        kind switch
        {
            ChangeKind.Added => "+",
            ChangeKind.Deleted => "-",
            _ => "~",
        };

    private static string Some(List<string> names) =>
        string.Join(", ", names.Take(MaxNames))
        + (
            names.Count > MaxNames
                ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - MaxNames} more")
                : ""
        );
}
