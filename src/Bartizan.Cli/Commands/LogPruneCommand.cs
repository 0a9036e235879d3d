using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Retention;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log prune</c>: lets go of what has reached its age, as <c>retention.yaml</c> says.</summary>
internal static class LogPruneCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Only say what would go, class by class, and what stays and why.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "prune",
            "Lets go of what has reached its age in retention.yaml: payloads are destroyed, entries go into an archive that proves itself. The daemon does it once a day. Example: bartizan log prune --dry-run"
        )
        {
            dryRun,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = await Instance.StartedAsync(cancellationToken);
                var reply = await client.PruneAsync(new PruneRequest(parsed.GetValue(dryRun)), cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                Print("payloads", reply.Payloads);
                Print("entries", reply.Entries);
                if (reply.Stop is { } stop)
                {
                    Screen.Line($"pruning ends where something stays: {Screen.Printable(stop)}", Tone.Quiet);
                }

                Screen.Line(Screen.Printable(reply.Says), Tone.Strong);
                if (reply.Archive is { } archive)
                {
                    Screen.Line(
                        $"archive: {Screen.Printable(archive)} (`bartizan log verify --archive` proves it; the log begins with entry {reply.Minimum.ToString(CultureInfo.InvariantCulture)} now)"
                    );
                }

                if (reply.Waits is { } waits)
                {
                    Screen.Note(Screen.Printable(waits));
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Print(string what, IReadOnlyList<PruneLine> lines)
    {
        var some = lines.Where(line => line.Goes > 0 || line.Stays.Count > 0).ToList();
        if (some.Count > 0)
        {
            Screen.Table(
                [what, "kept", "go", "stay"],
                [
                    .. some.Select(line =>
                        (IReadOnlyList<string>)
                            [
                                line.Name,
                                line.Keep,
                                line.Goes.ToString(CultureInfo.InvariantCulture),
                                string.Join(
                                    ", ",
                                    line.Stays.Select(one =>
                                        string.Create(CultureInfo.InvariantCulture, $"{one.Value} {one.Key}")
                                    )
                                ),
                            ]
                    ),
                ]
            );
        }
    }
}
