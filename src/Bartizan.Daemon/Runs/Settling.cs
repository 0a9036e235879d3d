using System.Collections.Immutable;
using Bartizan.Client.Runs;
using Bartizan.Core.Budgets;
using Bartizan.Core.Manifests;
using Bartizan.Daemon.Sessions;
using Bartizan.Daemon.Workspaces;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Runs;

/// <summary>Step 9 of a run: what the session changed is settled, and what it lacked is proposed.</summary>
internal sealed class Settling(Rooms rooms)
{
    /// <summary>Settles the workspace; returns the lines that the person sees.</summary>
    public async Task<IReadOnlyList<string>> SettleAsync(
        LiveSession live,
        RunSection run,
        StagedWorkspace stage,
        string manifest,
        string person
    )
    {
        if (run.WorkspaceMode == WorkspaceMode.ReadOnly)
        {
            rooms.Workspaces.Forget(live.Session.Id);
            return RunSummary.Lines(live, null, "", Spent(live));
        }

        var diff = await stage.DiffAsync(CancellationToken.None).ConfigureAwait(false);
        if (diff.Changes.IsEmpty)
        {
            rooms.Workspaces.Forget(live.Session.Id);
            return RunSummary.Lines(live, diff, "", Spent(live));
        }

        await rooms
            .Workspaces.NoteAsync(live.Session, manifest, isOver: true, CancellationToken.None)
            .ConfigureAwait(false);
        var carried = WorkspaceSettlement.TextOf(live.Session.CarriedLabels) is { Length: > 0 } labels
            ? $" ({labels})"
            : "";

        // What a killed session wrote is nobody's finished work: a person looks at it first.
        if (run.WorkspaceMode != WorkspaceMode.ReadWrite || live.KilledBecause is not null)
        {
            return RunSummary.Lines(live, diff, carried, Spent(live));
        }

        var settled = await rooms
            .Workspaces.ApplyAsync(live.Session, stage, diff, manifest, person, CancellationToken.None)
            .ConfigureAwait(false);
        return RunSummary.Lines(
            live,
            diff,
            settled.Done
                ? $"{carried} (applied{(settled.Refused.Count > 0 ? $", {settled.Refused.Count} refused" : "")})"
                : $" (not applied: {settled.Problem})",
            Spent(live)
        );
    }

    private ImmutableArray<BudgetStanding> Spent(LiveSession live) => rooms.Ledger.StandingOf(live.Session);

    /// <summary><c>--observe</c> ends by proposing the rules that were missing, ready to be read and pasted.</summary>
    public static async Task ProposeAsync(LiveSession live, RunConnection connection)
    {
        if (live.Tally.Observed is not { IsEmpty: false } rules)
        {
            return;
        }

        await connection
            .SendAsync(
                new RunEvent.Noted("rules:    # proposed: what this session did beyond its manifest"),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        foreach (var rule in rules)
        {
            await connection
                .SendAsync(
                    new RunEvent.Noted(
                        $"  - {Visible.Text(rule)}\n    why: Seen in session {live.Session.Id}; say why it is needed."
                    ),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
    }
}
