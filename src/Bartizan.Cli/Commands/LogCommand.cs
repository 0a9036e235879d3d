using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Reading;
using Bartizan.Records.Timelines;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log</c>: the record, read from its files; no daemon is needed.</summary>
internal static class LogCommand
{
    /// <summary>Lines of a session's timeline that one screen of a long session starts with; <c>--json</c> gives all.</summary>
    private const int MaxRows = 500;

    /// <summary>Builds the command and the nouns below it.</summary>
    public static Command Make()
    {
        var words = new Argument<string[]>("query")
        {
            Description = $"`key:value` words ({string.Join(", ", LogQuery.Keys)}) and text.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as entries are written." };
        var json = new Option<bool>("--json") { Description = "Print JSON lines." };
        var command = new Command("log", "Shows the record. Example: bartizan log agent:demo effect:deny")
        {
            words,
            follow,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (
                    !LogQuery.TryParse(
                        string.Join(' ', parsed.GetValue(words) ?? []),
                        TimeProvider.System.GetUtcNow(),
                        out var query,
                        out var problem
                    )
                )
                {
                    return Screen.Error(ExitCode.Usage, problem, $"the keys are {string.Join(", ", LogQuery.Keys)}");
                }

                var reader = new LogReader(Places().LogDirectory, TimeProvider.System);
                var rows = parsed.GetValue(follow)
                    ? reader.FollowAsync(query, 0, cancellationToken)
                    : reader.ReadAsync(query, 0, cancellationToken);
                await foreach (var row in rows)
                {
                    if (parsed.GetValue(json))
                    {
                        Screen.JsonLine(RowText.Json(row));
                    }
                    else
                    {
                        Screen.Line(RowText.Line(row));
                    }
                }

                return ExitCode.Done;
            }
        );
        command.Add(MakeShow());
        command.Add(LogVerifyCommand.Make());
        return command;
    }

    /// <summary>Where the record is.</summary>
    public static JournalOptions Places(string? home = null) =>
        JournalOptions.In(home ?? ControlAddress.Default().Home);

    private static Command MakeShow()
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "show",
            "Rebuilds a session: what it accessed, what it changed, whether it stayed within its mandate. Example: bartizan log show s-…"
        )
        {
            session,
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

                var places = Places();
                using var payloads = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
                var timeline = await SessionTimeline.BuildAsync(
                    new LogReader(places.LogDirectory, TimeProvider.System),
                    payloads,
                    id,
                    cancellationToken
                );
                if (timeline is null)
                {
                    return Screen.Error(ExitCode.No, $"the log has no entry of session `{id}`");
                }

                if (parsed.GetValue(json))
                {
                    Screen.Json(timeline);
                }
                else
                {
                    Print(timeline);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Print(SessionTimeline timeline)
    {
        Screen.Line(
            $"session {timeline.Session}  agent {timeline.Agent}  person {timeline.Person}  {timeline.State}",
            Tone.Strong
        );
        foreach (var row in timeline.Rows.Take(MaxRows))
        {
            Screen.Line(
                RowText.Line(row.Row)
                    + (
                        row.Outcome is { } outcome ? $"  → {RowText.Outcome(outcome)}"
                        : row.Row.Entry.Kind == EntryKind.Intent ? "  → open"
                        : ""
                    )
            );
        }

        if (timeline.Rows.Length > MaxRows)
        {
            Screen.Line($"… and {timeline.Rows.Length - MaxRows} more; `--json` gives all");
        }

        Screen.Line();
        Screen.Line("what did it access?", Tone.Strong);
        Targets(timeline.Reached);
        Screen.Line("what did it change?", Tone.Strong);
        Targets(timeline.Changed);
        foreach (var row in timeline.Workspace)
        {
            Screen.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  workspace: {row.Row.Entry.Detail}, {row.Row.Entry.Count} changes"
                )
            );
        }

        Screen.Line("was it within its mandate?", Tone.Strong);
        var mandate = timeline.Mandate;
        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {(mandate.Kept ? "yes" : "NO")}: {mandate.Refused.Length} refused, {mandate.Observed.Length} only observed, {mandate.Approved.Length} approved by a person, {mandate.Unknown.Length} of unknown end"
            ),
            mandate.Kept ? Tone.Good : Tone.Bad
        );
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
