using System.CommandLine;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan down</c>: ends the daemon and every session.</summary>
internal static class DownCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var command = new Command("down", "Kills every session and ends the instance. Example: bartizan down");
        command.SetAction(
            async (_, cancellationToken) =>
            {
                using var client = Instance.Client();
                if (!await client.IsUpAsync(cancellationToken))
                {
                    Screen.Line("no instance was running");
                    return ExitCode.Done;
                }

                var reply = await client.DownAsync(cancellationToken);
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
                while (await client.IsUpAsync(cancellationToken) && await timer.WaitForNextTickAsync(cancellationToken))
                { }

                Screen.Line($"the instance is down; {reply.Sessions.Count} sessions were killed");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
