using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Workspaces;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Views;
using Label = Bartizan.Core.Sessions.Labels;

namespace Bartizan.Daemon.Workspaces;

/// <summary>
/// Settles what a session changed: shows it, judges and applies it, or throws it away. By then the session is over: what it
/// changed is judged by the manifest of now, which the session itself can't have changed without a person's word.
/// </summary>
internal sealed class WorkspaceSettlement(StateDirectory state, IJournal journal, TimeProvider clock, ResultCheck check)
{
    private const string NoteName = "session.json";

    /// <summary>Which files carry labels.</summary>
    public FileLabels Labels { get; } = new(state.Home);

    /// <summary>Notes beside the stage what the settlement needs later; of a session that is over, what it had read.</summary>
    public async Task NoteAsync(Session session, string manifest, bool isOver, CancellationToken cancellationToken)
    {
        var read = isOver ? session.CarriedLabels : (Label?)null;
        var note = new SettlementNote(session.Agent, session.Person, manifest, session.Observe, read);
        var path = Path.Combine(state.Session(session.Id), NoteName);
        await File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(note), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Deletes what is kept of a session's workspace: its stage, its note, its folder.</summary>
    public void Forget(SessionId id) => StagedWorkspace.Remove(state.Session(id));

    /// <summary>Carries out <c>workspace diff | apply | discard</c>.</summary>
    public async Task<WorkspaceReply> SettleAsync(
        string verb,
        WorkspaceRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        if (verb is "labels" or "clear")
        {
            return await LabelsAsync(verb, request.Path, person, cancellationToken).ConfigureAwait(false);
        }

        if (!SessionId.TryParse(request.Session, out var id) || !File.Exists(Path.Combine(state.Session(id), NoteName)))
        {
            throw new ControlException(
                new ControlProblem(
                    2,
                    $"session `{request.Session}` has no changes waiting",
                    "`bartizan log kind:state` lists sessions; changes are gone once applied or discarded"
                )
            );
        }

        var note = JsonSerializer.Deserialize<SettlementNote>(
            await File.ReadAllBytesAsync(Path.Combine(state.Session(id), NoteName), cancellationToken)
                .ConfigureAwait(false)
        )!;
        try
        {
            var stage = StagedWorkspace.Open(Path.Combine(state.Session(id), "stage"));
            if (verb == "discard")
            {
                await DiscardAsync(id, note.Agent, person, cancellationToken).ConfigureAwait(false);
                return new WorkspaceReply { Done = true };
            }

            var diff = await stage.DiffAsync(cancellationToken).ConfigureAwait(false);
            var carried = note.Labels ?? FileLabels.All;
            if (verb == "diff")
            {
                return new WorkspaceReply
                {
                    Done = true,
                    Labels = TextOf(carried),
                    Changes = Lines(diff.Changes),
                    Refused = [.. diff.Problems.Select(p => $"{p.Path} {p.Reason}")],
                    Text = DiffText.Write(stage, diff, cancellationToken),
                };
            }

            var manifest =
                ManifestFiles.Load(note.Manifest).Manifest
                ?? throw new ControlException(
                    new ControlProblem(
                        3,
                        $"the manifest `{note.Manifest}` is not valid any more",
                        "`bartizan check` says why; the changes wait"
                    )
                );
            var policy = Policy.Compile(manifest, note.Observe);
            var options = new ApplyOptions
            {
                Judge = target => policy.Screen(target, clock.GetUtcNow()),
                Ruling = ManifestFiles.Chain(note.Manifest),
                Confirm = request.Confirm ? (_, _, _) => ValueTask.FromResult(true) : null,
            };
            if (
                request.Check.Count > 0
                && await check
                    .RunAsync(id, stage, options, manifest, request.Check, cancellationToken)
                    .ConfigureAwait(false)
                    is { } problem
            )
            {
                return new WorkspaceReply { Done = false, Problem = problem };
            }

            if (request.ClearLabels)
            {
                carried = await ClearAsync(id, note.Agent, stage, diff, carried, person, cancellationToken)
                    .ConfigureAwait(false);
            }

            return await ApplyAsync(id, note.Agent, options, stage, diff, carried, person, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ViewException e)
        {
            throw new ControlException(new ControlProblem(1, e.Message));
        }
    }

    /// <summary>Applies a diff at the end of a session.</summary>
    public Task<WorkspaceReply> ApplyAsync(
        Session session,
        StagedWorkspace stage,
        WorkspaceDiff diff,
        string manifest,
        string person,
        CancellationToken cancellationToken
    ) =>
        ApplyAsync(
            session.Id,
            session.Agent,
            new ApplyOptions
            {
                Judge = target => session.Policy.Screen(target, Circumstances.Of(session, clock.GetUtcNow())),
                Ruling = ManifestFiles.Chain(manifest),
            },
            stage,
            diff,
            session.CarriedLabels,
            person,
            cancellationToken
        );

    /// <summary>Labels in words; empty for none.</summary>
    public static string TextOf(Label labels) => labels == Label.None ? "" : labels.ToString().ToLowerInvariant();

    private async Task DiscardAsync(SessionId id, string agent, string person, CancellationToken cancellationToken)
    {
        await RecordAsync(id, agent, person, "discarded", [], [], cancellationToken).ConfigureAwait(false);
        Forget(id);
    }

    private async Task<WorkspaceReply> ApplyAsync(
        SessionId id,
        string agent,
        ApplyOptions options,
        StagedWorkspace stage,
        WorkspaceDiff diff,
        Label carried,
        string person,
        CancellationToken cancellationToken
    )
    {
        // INVARIANT: no record, no action: what is about to be applied is durable before the host's files change; and so are its labels.
        await RecordAsync(id, agent, person, "applying", diff.Changes, [], cancellationToken, carried)
            .ConfigureAwait(false);
        Labels.Add(PathsOf(stage, diff), carried);
        var result = await stage.ApplyAsync(options, cancellationToken).ConfigureAwait(false);
        var refused = result
            .Refused.Select(r => $"{r.Change.Shown}: {r.Reason}")
            .Concat(result.Problems.Select(p => $"{p.Path} {p.Reason}"))
            .ToList();
        await RecordAsync(
                id,
                agent,
                person,
                result.Done ? "applied" : "not applied",
                result.Applied,
                refused,
                cancellationToken,
                carried
            )
            .ConfigureAwait(false);
        if (result.Done && result.Refused.IsEmpty)
        {
            Forget(id);
        }

        return new WorkspaceReply
        {
            Done = result.Done,
            Changes = Lines(result.Applied),
            Refused = refused,
            Labels = TextOf(carried),
            Problem = result.Done
                ? null
                : $"nothing was applied: {string.Join(", ", result.Conflicts.Select(c => $"{c.Path} {c.Reason}"))}",
        };
    }

    // A person has looked at what is to be applied, and answers for it.
    private async Task<Label> ClearAsync(
        SessionId id,
        string agent,
        StagedWorkspace stage,
        WorkspaceDiff diff,
        Label carried,
        string person,
        CancellationToken cancellationToken
    )
    {
        await RecordAsync(id, agent, person, "labels cleared", diff.Changes, [], cancellationToken, carried)
            .ConfigureAwait(false);
        foreach (var path in PathsOf(stage, diff))
        {
            Labels.Clear(path);
        }

        return Label.None;
    }

    private async Task<WorkspaceReply> LabelsAsync(
        string verb,
        string path,
        string person,
        CancellationToken cancellationToken
    )
    {
        var found = Labels.List(path);
        if (verb == "clear")
        {
            var all = found.Aggregate(Label.None, (sum, file) => sum | file.Value);
            await journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Workspace,
                        Person = person,
                        Point = "sandbox",
                        Target = path,
                        Detail = "labels cleared",
                        Labels = all,
                        Count = found.Count,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            Labels.Clear(path);
        }

        return new WorkspaceReply
        {
            Done = true,
            Changes = [.. found.Select(file => new WorkspaceChangeLine(TextOf(file.Value), Visible.Text(file.Key)))],
        };
    }

    private static IEnumerable<string> PathsOf(StagedWorkspace stage, WorkspaceDiff diff) =>
        diff
            .Changes.Where(change => change.Kind != ChangeKind.Deleted)
            .Select(change => Path.Combine(stage.Source, change.Path));

    private async Task RecordAsync(
        SessionId id,
        string agent,
        string person,
        string what,
        ImmutableArray<WorkspaceChange> changes,
        IReadOnlyList<string> refused,
        CancellationToken cancellationToken,
        Label carried = Label.None
    )
    {
        var detail = changes.Select(c => new
        {
            kind = c.Kind.ToString().ToLowerInvariant(),
            path = c.Path,
            before = c.DigestBefore.ToString(),
            after = c.DigestAfter.ToString(),
        });
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Workspace,
                    Session = id,
                    Agent = agent,
                    Person = person,
                    Point = "sandbox",
                    Verb = Verb.Write,
                    Detail = what,
                    Count = changes.Length,
                    Labels = carried,
                    Reason = refused.Count == 0 ? null : $"{refused.Count} not taken",
                    Payloads =
                        changes.IsEmpty && refused.Count == 0
                            ? []
                            :
                            [
                                new Payload(
                                    "changes",
                                    "application/json",
                                    JsonSerializer.SerializeToUtf8Bytes(
                                        new { changes = detail, refused },
                                        JsonSerializerOptions.Web
                                    )
                                ),
                            ],
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static IReadOnlyList<WorkspaceChangeLine> Lines(ImmutableArray<WorkspaceChange> changes) =>
        [.. changes.Select(c => new WorkspaceChangeLine(c.Kind.ToString().ToLowerInvariant(), c.Shown))];
}
