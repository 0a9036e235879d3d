using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Daemon;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan up</c>: starts the daemon.</summary>
internal static class UpCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var foreground = new Option<bool>("--foreground") { Description = "Stay in the foreground and log to stderr." };
        var command = new Command(
            "up",
            "Starts the instance: gateways and control API; reads `exports.yaml` again when it runs. Example: bartizan up"
        )
        {
            foreground,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var exports = Exports.Read(ControlAddress.Default().Home);
                if (!exports.IsValid)
                {
                    return ExitCode.Manifest;
                }

                if (!parsed.GetValue(foreground))
                {
                    using var client = await Instance.StartedAsync(cancellationToken);
                    var status = await client.StatusAsync(cancellationToken);
                    var reply = await client.ExportsAsync(exports.Request, cancellationToken);
                    Screen.Line($"instance {status.Instance} is up (process {status.Pid})");
                    if (reply.Sinks.Count > 0)
                    {
                        Screen.Line($"exports to {string.Join(", ", reply.Sinks.Select(s => s.Name))}");
                    }

                    return ExitCode.Done;
                }

                return await BartizanDaemon.RunAsync(ControlAddress.Default().Home, Screen.Note, cancellationToken);
            }
        );
        return command;
    }
}
