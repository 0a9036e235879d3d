using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;

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
                if (status.Endpoints is { } endpoints)
                {
                    Screen.Line(
                        $"endpoints  anthropic {endpoints.Anthropic}  openai {endpoints.Openai}  egress {endpoints.Egress}"
                    );
                }

                return ExitCode.Done;
            }
        );
        return command;
    }
}
