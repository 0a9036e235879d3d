using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;
using Bartizan.Records.Timelines;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log show</c>: one session's story.</summary>
internal static class LogShowCommand
{
    /// <summary>Lines of a session's timeline that one screen of a long session starts with; <c>--json</c> gives all.</summary>
    private const int MaxRows = 500;

    /// <summary>Files, refusals and approvals that are listed one by one; <c>--json</c> gives all.</summary>
    private const int MaxListed = 100;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var excerpts = new Option<bool>("--payloads")
        {
            Description = "Show how prompts, arguments and answers begin, where the keys are here.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "show",
            "Rebuilds a session: what it accessed, what it changed, whether it stayed within its mandate. Example: bartizan log show s-…"
        )
        {
            session,
            excerpts,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (!SessionId.TryParse(parsed.GetValue(session), out var id))
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{parsed.GetValue(session)}` is no session",
                        "`bartizan log kind:state` lists them"
                    );
                }

                var places = LogCommand.Places();
                using var payloads = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
                using var search = await LogCommand.OpenAsync(cancellationToken);
                var timeline = await SessionTimeline.BuildAsync(
                    search,
                    payloads,
                    id,
                    parsed.GetValue(excerpts),
                    cancellationToken
                );
                if (timeline is null)
                {
                    return Screen.Error(
                        ExitCode.No,
                        $"the log has no entry of session `{id}`",
                        LogCommand.Pruned(places.LogDirectory)
                    );
                }

                var below = await SessionsBelow.FindAsync(search, id, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(TimelineText.Json(timeline, below));
                }
                else
                {
                    Print(timeline, below);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Print(SessionTimeline timeline, ImmutableArray<EntryRow> below)
    {
        Screen.Line(
            Screen.Printable(
                $"session {timeline.Session}  agent {timeline.Agent}  person {timeline.Person}  {timeline.State}"
            ),
            Tone.Strong
        );
        foreach (var row in timeline.Rows.Take(MaxRows))
        {
            Screen.Line(
                RowText.SessionLine(row.Row)
                    + (
                        row.Outcome is { } outcome ? $"  → {RowText.Outcome(outcome)}"
                        : row.Row.Entry.Kind == EntryKind.Intent ? "  → open"
                        : ""
                    )
            );
            foreach (var payload in row.Payloads.Where(payload => payload.Excerpt is not null))
            {
                Screen.Line($"      {payload.Reference.Role}: {Screen.Printable(payload.Excerpt!)}", Tone.Quiet);
            }
        }

        if (timeline.Rows.Length > MaxRows)
        {
            Screen.Line($"… and {timeline.Rows.Length - MaxRows} more; `--json` gives all");
        }

        Screen.Line();
        Screen.Line("what did it access?", Tone.Strong);
        Targets(timeline.Reached);
        Listed(
            timeline.Credentials,
            credential =>
                string.Create(CultureInfo.InvariantCulture, $"with credential {credential.Handle} ×{credential.Count}")
        );
        if (below.Length > 0)
        {
            Screen.Line("what ran for it in a session of its own?", Tone.Strong);
            Listed(below, row => SessionsBelow.Text(row, timeline.Session));
        }

        Screen.Line("what did it change?", Tone.Strong);
        if (timeline.Changed.Length > 0 || timeline.Workspace.IsEmpty)
        {
            Targets(timeline.Changed);
        }

        Listed(
            timeline.Workspace,
            row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"workspace: {row.Row.Entry.Detail}, {row.Row.Entry.Count} changes, by {row.Row.Entry.Person ?? "nobody"}"
                )
        );
        Listed(timeline.Files, file => $"{file.Kind} {file.Path}");
        if (timeline.Undos.Length > 0)
        {
            Screen.Line("what would take it back, the last one first?", Tone.Strong);
            Listed(timeline.Undos, Undone);
        }

        Screen.Line("was it within its mandate?", Tone.Strong);
        var mandate = timeline.Mandate;
        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {(mandate.Kept ? "yes" : "NO")}: {mandate.Refused.Sum(row => row.Row.Entry.Count)} refused, {mandate.Observed.Length} only observed, {mandate.Approved.Length} approved by a person, {mandate.Unknown.Length} of unknown end"
            ),
            mandate.Kept ? Tone.Good : Tone.Bad
        );
        Listed(
            [.. mandate.Refused.GroupBy(row => (row.Row.Entry.Verb, row.Row.Entry.Target, row.Row.Entry.Reason))],
            refused =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"refused ×{refused.Sum(row => row.Row.Entry.Count)}: {refused.Key.Verb.ToString().ToLowerInvariant()} {refused.Key.Target}: {refused.Key.Reason}"
                )
        );
        Listed(mandate.Observed, row => $"only observed: {row.Row.Entry.Target}; it lacks `{row.Row.Entry.Needed}`");
        Listed(mandate.Approved, row => $"approved by {row.Row.Entry.Person}: {row.Row.Entry.Target}");
        Listed(mandate.Unknown, row => $"nobody knows how it ended: {row.Row.Entry.Target}");
    }

    private static string Undone(TimelineUndo undo)
    {
        if (undo.Tool.Length == 0)
        {
            return $"{undo.Of}: its arguments can't be read any more ({undo.State.ToString().ToLowerInvariant()})";
        }

        var without = undo.Missing.IsEmpty ? "" : $", without what stood nowhere: {string.Join(", ", undo.Missing)}";
        return $"{undo.Of}: tool {undo.Tool} {undo.Arguments}{without}";
    }

    private static void Listed<T>(IReadOnlyCollection<T> all, Func<T, string> text)
    {
        foreach (var one in all.Take(MaxListed))
        {
            Screen.Line($"  {Screen.Printable(text(one))}");
        }

        if (all.Count > MaxListed)
        {
            Screen.Line(
                string.Create(CultureInfo.InvariantCulture, $"  … and {all.Count - MaxListed} more; `--json` gives all")
            );
        }
    }

    private static void Targets(IReadOnlyList<TimelineTarget> targets)
    {
        foreach (var target in targets)
        {
            Screen.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {target.Verb.ToString().ToLowerInvariant()} {Screen.Printable(target.Target)} ×{target.Count}, {target.BytesOut} bytes out, {target.BytesIn} in"
                )
            );
        }

        if (targets.Count == 0)
        {
            Screen.Line("  nothing");
        }
    }
}
