using System.Text.Json;
using Bartizan.Client;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Workspaces;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Runs;

/// <summary>Step 2 of a run: the workspace is staged, and the view is one durable entry before the agent starts.</summary>
internal sealed class Staging(Rooms rooms)
{
    /// <summary>Long work is shown after this long.</summary>
    private static readonly TimeSpan NoteAfter = TimeSpan.FromSeconds(1);

    /// <summary>Files that a line names; the others are in the view's entry.</summary>
    private const int MaxNamed = 12;

    /// <summary>Stages the workspace of a session; what a person would like to know meanwhile is told.</summary>
    /// <exception cref="ControlException">When it can't be staged.</exception>
    public async Task<StagedWorkspace> StageAsync(
        Session session,
        string workspace,
        string folder,
        string manifest,
        Func<string, Task> tell,
        CancellationToken cancellationToken
    )
    {
        var staging = new StageRequest
        {
            Source = workspace,
            Folder = Path.Combine(folder, "stage"),
            Owner = null,
            Never = rooms.Never,
        };
        var pins = new WorkspacePins(workspace, rooms.Pins.Of(manifest).WorkspaceOf(session.Manifest.PinsRequired));
        var labels = new ViewLabels(rooms.Workspaces.Labels);
        var started = rooms.Clock.GetTimestamp();
        try
        {
            var progress = new Progress<StageProgress>(p =>
                _ =
                    rooms.Clock.GetElapsedTime(started) < NoteAfter
                        ? Task.CompletedTask
                        : tell($"staging the workspace: {p.Entries} files, {p.Bytes >> 20} MB …")
            );
            var stage = await StagedWorkspace
                .CreateAsync(
                    staging,
                    target =>
                    {
                        var ruled = session.Policy.Screen(target, Circumstances.Of(session, rooms.Clock.GetUtcNow()));
                        ruled = ruled.Effect == Effect.Allow ? pins.Judge(target) ?? ruled : ruled;
                        labels.See(target, ruled);
                        return ruled;
                    },
                    progress,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (pins.FindSwapped(stage.Tree) is { } swapped)
            {
                throw new ViewException(
                    $"`{Visible.Text(swapped)}` changed while the workspace was staged; run it again"
                );
            }

            // INVARIANT: before the agent starts, so that it reads nothing without them.
            session.ExposeByView(new Exposure(labels.With(session.Manifest.Run?.Mounts ?? []), []));
            await TellAsync(pins, labels, tell).ConfigureAwait(false);
            var summary = JsonSerializer.SerializeToUtf8Bytes(stage.Summary, JsonSerializerOptions.Web);
            await rooms
                .Journal.AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.View,
                        Session = session.Id,
                        Agent = session.Agent,
                        Person = session.Person,
                        Point = "sandbox",
                        Target = workspace,
                        Detail = $"{stage.Summary!.Files} files, {stage.Summary.LeftOutCount} paths left out",
                        Policy = session.Policy.Digest,
                        Labels = session.Labels,
                        Observed = session.Observe,
                        Payloads = [new Payload("view", "application/json", summary)],
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            await rooms.Workspaces.NoteAsync(session, manifest, isOver: false, cancellationToken).ConfigureAwait(false);
            return stage;
        }
        catch (ViewException e)
        {
            throw new ControlException(new ControlProblem(5, e.Message));
        }
    }

    private static async Task TellAsync(WorkspacePins pins, ViewLabels labels, Func<string, Task> tell)
    {
        if (labels.Text is { } labelled)
        {
            await tell(labelled).ConfigureAwait(false);
        }

        if (pins.LeftOut is not { Count: > 0 } left)
        {
            return;
        }

        var named = string.Join(", ", left.Take(MaxNamed).Select(Visible.Text));
        var more = left.Count > MaxNamed ? $" and {left.Count - MaxNamed} more" : "";
        await tell(
                $"not in the view, because nobody has seen it as it is: {named}{more}; `bartizan pin --workspace` shows it"
            )
            .ConfigureAwait(false);
    }
}
