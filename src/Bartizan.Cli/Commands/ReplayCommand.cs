using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.Replays;
using Bartizan.Records.Payloads;
using Bartizan.Records.Queries;
using Bartizan.Records.Reading;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan replay</c>: what a changed manifest would have decided of what is on record.</summary>
internal static class ReplayCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var words = new Argument<string[]>("query")
        {
            Description = "Which entries, as for `log`: session:s-… since:7d; all of the agent's when left out.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The changed manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "replay",
            "Decides recorded actions again under a changed manifest and lists what would change. Exit code 1 when anything would. "
                + "Example: bartizan replay -m agent.yaml since:7d"
        )
        {
            words,
            manifest,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var loaded = ManifestFile.Load(parsed.GetValue(manifest)!, out var code);
                if (loaded is null)
                {
                    return code;
                }

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

                var places = LogCommand.Places();
                using var payloads = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
                var replay = new Replay(loaded, payloads);
                var reader = new LogReader(places.LogDirectory, TimeProvider.System);
                await foreach (var row in reader.ReadAsync(query, 0, cancellationToken))
                {
                    replay.Add(row);
                }

                var report = replay.Report;
                if (parsed.GetValue(json))
                {
                    Screen.Json(report);
                }
                else
                {
                    Print(report, loaded.Agent);
                }

                return report.Changes.IsEmpty ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    private static void Print(ReplayReport report, string agent)
    {
        foreach (var change in report.Changes)
        {
            Screen.Line(
                $"{Word(change.Was)} → {Word(change.Now)}  {Word(change.Verb)} {Screen.Printable(change.Target)}  ×{change.Count}, first entry {change.First}",
                change.Now > change.Was ? Tone.Bad : Tone.Plain
            );
            Screen.Line(
                change.Needed is { } needed
                    ? $"    {Screen.Printable(change.Reason)}; `{Screen.Printable(needed)}` would allow it"
                    : $"    {Screen.Printable(change.Reason)}",
                Tone.Quiet
            );
        }

        Screen.Line(
            $"{report.Actions} actions of {report.Sessions} sessions of {agent} decided again: {report.Changes.Sum(c => c.Count)} would change"
                + (report.Unread == 0 ? "" : $"; {report.Unread} refusals stand without their target and can't be")
                + (report.Blind == 0 ? "" : $"; {report.Blind} tool calls were decided without their arguments")
        );
    }

    private static string Word<T>(T word)
        where T : struct, Enum => word.ToString().ToLowerInvariant();
}
