using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
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
        var options = new PageOptions();
        var json = new Option<bool>("--json") { Description = "Print JSON lines." };
        var check = new Option<bool>("--check")
        {
            Description = "Walk the whole log too, and say whether the answer is all of it.",
        };
        var command = new Command("log", "Shows the record. Example: bartizan log agent:demo decision:deny since:2h")
        {
            words,
        };
        options.AddTo(command);
        command.Add(check);
        command.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var text = string.Join(' ', parsed.GetValue(words) ?? []);
                if (!LogQuery.TryParse(text, TimeProvider.System.GetUtcNow(), out var query, out var problem))
                {
                    return Screen.Error(ExitCode.Usage, problem, "`bartizan log --help`; docs/log.md has examples");
                }

                if (options.Read(parsed, out problem) is not { } page)
                {
                    return Screen.Error(ExitCode.Usage, problem);
                }

                Action<EntryRow> print = parsed.GetValue(json)
                    ? row => Screen.JsonLine(RowText.Json(row))
                    : row => Screen.Line(RowText.Line(row));
                return await AnswerAsync(
                    query,
                    page,
                    print,
                    parsed.GetValue(check),
                    options.Follows(parsed),
                    cancellationToken
                );
            }
        );
        command.Add(MakeShow());
        command.Add(LogVerifyCommand.Make());
        command.Add(LogProveCommand.Make());
        command.Add(LogExportCommand.Make());
        return command;
    }

    private static async Task<int> AnswerAsync(
        LogQuery query,
        LogPage page,
        Action<EntryRow> print,
        bool check,
        bool follow,
        CancellationToken cancellationToken
    )
    {
        using var search = await OpenAsync(cancellationToken);
        var shown = new List<long>();
        await foreach (var row in search.FindAsync(query, page, cancellationToken))
        {
            if (check || page.Limit is not null)
            {
                shown.Add(row.Index);
            }

            print(row);
        }

        if (page.Limit == shown.Count)
        {
            Screen.Note(
                page.After >= 0
                    ? string.Create(CultureInfo.InvariantCulture, $"newer ones: --after {shown.Max()}")
                    : string.Create(CultureInfo.InvariantCulture, $"older ones: --before {shown.Min()}")
            );
        }

        if (check)
        {
            if (await search.CheckAsync(query, page, shown, cancellationToken) is { } index)
            {
                return Screen.Error(
                    ExitCode.No,
                    string.Create(CultureInfo.InvariantCulture, $"the projection kept entry {index} back"),
                    "it is thrown away and built again; ask once more"
                );
            }

            Screen.Note("checked against the whole log: nothing was left out");
        }

        if (follow)
        {
            var reader = new LogReader(Places().LogDirectory, TimeProvider.System);
            await foreach (var row in reader.FollowAsync(query, search.End, cancellationToken))
            {
                print(row);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Opens the record of the instance at home to ask it.</summary>
    public static async Task<LogSearch> OpenAsync(CancellationToken cancellationToken)
    {
        var place = new ProjectionPlace { Home = ControlAddress.Default().Home };
        var search = await LogSearch.OpenAsync(place, Screen.Note, cancellationToken);
        if (search.Note is { } note && Directory.Exists(place.Record.LogDirectory))
        {
            Screen.Note($"reading the whole log: {note}");
        }

        return search;
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
                using var search = await OpenAsync(cancellationToken);
                var timeline = await SessionTimeline.BuildAsync(search, payloads, id, cancellationToken);
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
