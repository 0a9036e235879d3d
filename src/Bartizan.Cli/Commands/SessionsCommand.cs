using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan sessions</c>: what runs.</summary>
internal static class SessionsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("sessions", "Lists the live sessions. Example: bartizan sessions")
        {
            json,
            SessionLabelsCommand.MakeShow(),
            SessionLabelsCommand.MakeClear(),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = Instance.Client();
                var sessions = await client.IsUpAsync(cancellationToken)
                    ? await client.SessionsAsync(cancellationToken)
                    : [];
                if (parsed.GetValue(json))
                {
                    Screen.Json(sessions);
                    return ExitCode.Done;
                }

                Screen.Table(
                    ["SESSION", "AGENT", "STATE", "KIND", "PERSON", "SINCE"],
                    [
                        .. sessions.Select(s =>
                            (string[])
                                [
                                    s.Session,
                                    s.Agent,
                                    s.State,
                                    s.Kind,
                                    s.Person,
                                    s.Since.ToString("u", CultureInfo.InvariantCulture),
                                ]
                        ),
                    ]
                );
                foreach (var (session, budget) in sessions.SelectMany(s => s.Budgets.Select(b => (s.Session, b))))
                {
                    Screen.Line(Screen.Printable($"{session}  {budget.Says}"), Tone.Quiet);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }
}
