using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Daemon.Users;
using Bartizan.Log.Pruning;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log</c>: the record, read from its files; no daemon is needed.</summary>
internal static partial class LogCommand
{
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
                var text = WithPseudonyms(string.Join(' ', parsed.GetValue(words) ?? []));
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
        command.Add(LogShowCommand.Make());
        command.Add(LogVerifyCommand.Make());
        command.Add(LogProveCommand.Make());
        command.Add(LogExportCommand.Make());
        command.Add(LogPruneCommand.Make());
        foreach (var noun in LogEraseCommand.Make())
        {
            command.Add(noun);
        }

        return command;
    }

    // Entries name an end user by a pseudonym; who asks by the issuer's word for them means both.
    private static string WithPseudonyms(string query) =>
        UserWord()
            .Replace(
                query,
                match =>
                    string.Join(
                        ',',
                        UserNames.Of(ControlAddress.Default().Home, match.Groups["subject"].Value).Prepend(match.Value)
                    )
            );

    [GeneratedRegex(@"(?<=^|\s)-?(?:user|person):(?<subject>[^\s"",*]+)(?=\s|$)")]
    private static partial Regex UserWord();

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
        var any = false;
        await foreach (var row in search.FindAsync(query, page, cancellationToken))
        {
            if (check || page.Limit is not null)
            {
                shown.Add(row.Index);
            }

            any = true;
            print(row);
        }

        if (!any && !follow)
        {
            Screen.Note("no entry fits");
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

        if (Pruned(place.Record.LogDirectory) is { } pruned)
        {
            Screen.Note(pruned);
        }

        return search;
    }

    /// <summary>That the log's first entries were pruned, in a sentence; null when none were.</summary>
    public static string? Pruned(string logDirectory) =>
        MinimumIndex.TryRead(logDirectory, out var minimum) && minimum.Index > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"entries before {minimum.Index} were pruned, as entry {minimum.Record} records: they are in its archives, not here"
            )
            : null;

    /// <summary>Where the record is.</summary>
    public static JournalOptions Places(string? home = null) =>
        JournalOptions.In(home ?? ControlAddress.Default().Home);
}
