using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan status</c>: how the instance is.</summary>
internal static class StatusCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("status", "Shows the running instance. Example: bartizan status --json") { json };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = Instance.Client();
                var status = await client.StatusAsync(cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(status);
                    return ExitCode.Done;
                }

                Screen.Line($"instance   {status.Instance}");
                Screen.Line($"version    {status.Version}");
                Screen.Line(
                    $"process    {status.Pid}, since {status.Since.ToString("u", CultureInfo.InvariantCulture)}, {status.ResidentBytes >> 20} MB"
                );
                Screen.Line($"sessions   {status.Sessions}");
                Screen.Line($"log        {status.Entries} entries");
                if (status.LogProblem is { } logProblem)
                {
                    Screen.Line($"ALARM      {Screen.Printable(logProblem)}", Tone.Bad);
                }

                if (status.Witnessing is { } witnessing)
                {
                    Screen.Line(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"witnessed  {witnessing.Witnessed} of {witnessing.Published} entries under a checkpoint, by `{witnessing.Quorum}`"
                        )
                    );
                    if (witnessing.Alarm is { } alarm)
                    {
                        Screen.Line($"ALARM      {Screen.Printable(alarm)}", Tone.Bad);
                    }
                }

                if (status.Endpoints is { } endpoints)
                {
                    Screen.Line(
                        $"endpoints  anthropic {endpoints.Anthropic}  openai {endpoints.Openai}  egress {endpoints.Egress}"
                    );
                }

                if (status.Web is { } web)
                {
                    var made = web.IsSelfMade ? $", of its own making: sha256 {web.Fingerprint}" : "";
                    Screen.Line($"console    {web.Origin}, certificate until {web.Ends.UtcDateTime:u}{made}");
                }

                if ((status.WebProblem ?? status.Web?.Problem) is { } webProblem)
                {
                    Screen.Line($"console    {Screen.Printable(webProblem)}", Tone.Bad);
                }

                foreach (var served in status.Served)
                {
                    Screen.Line(
                        Screen.Printable(
                            $"serves     {served.Agent} at {served.Url}, {served.Sessions} users' sessions"
                        )
                    );
                }

                foreach (var circuit in status.Circuits)
                {
                    Screen.Line(
                        Screen.Printable(
                            $"circuit    {circuit.Agent} {circuit.Name} is {circuit.State}: {circuit.Reason}"
                        ),
                        Tone.Bad
                    );
                }

                foreach (var opened in status.NewHosts)
                {
                    Screen.Line(
                        Screen.Printable(
                            $"new host   {opened.Agent} opened {opened.Host} for the first time, {opened.At.ToString("u", CultureInfo.InvariantCulture)}, session {opened.Session}"
                        ),
                        Tone.Bad
                    );
                }

                foreach (var role in status.PendingRoles)
                {
                    Screen.Line($"database   {Screen.Printable(role)}", Tone.Bad);
                }

                PrintExports(status);
                if (status.RetentionProblem is { } problem)
                {
                    Screen.Line($"retention  {Screen.Printable(problem)}", Tone.Bad);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void PrintExports(StatusReply status)
    {
        if (status.ExportProblem is { } invalid)
        {
            Screen.Line($"exports    nothing new is read: {Screen.Printable(invalid)}", Tone.Bad);
        }

        foreach (var sink in status.Exports)
        {
            var aside = sink.SetAside > 0 ? $", {sink.SetAside} refused" : "";
            var problem = sink.Problem is { } said ? $": {Screen.Printable(said)}" : "";
            Screen.Line(
                $"export     {sink.Name} ({sink.Kind}): {sink.Sent} sent, {sink.Lag} to go{aside}{problem}",
                sink.Problem is null ? Tone.Quiet : Tone.Bad
            );
        }
    }
}
