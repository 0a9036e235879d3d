using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Daemon;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan down</c>: ends the daemon and every session.</summary>
internal static class DownCommand
{
    /// <summary>
    /// How long an instance may take to end before the command says that it doesn't: its sessions have 15 s to settle their
    /// workspaces, its servers up to 30 s for what is still under way.
    /// </summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var command = new Command("down", "Kills every session and ends the instance. Example: bartizan down");
        command.SetAction(
            async (_, cancellationToken) =>
            {
                var home = ControlAddress.Default().Home;
                using var client = Instance.Client();
                var (gone, killed) = await EndAsync(client, home, cancellationToken);
                if (!gone)
                {
                    throw StillThere(home);
                }

                Screen.Line(
                    killed is null ? "no instance was running" : $"the instance is down; {killed} sessions were killed"
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    // The socket closes first and the lock goes last: only a free lock says that the log is sealed, that nothing writes below
    // the directory any more, and that the next `up` gets it.
    // One that ends already has closed its socket and is only waited for; one that is still starting opens it later, and is told then.
    private static async Task<(bool Gone, int? Killed)> EndAsync(
        ControlClient client,
        string home,
        CancellationToken cancellationToken
    )
    {
        int? killed = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EndWithin);
        using var timer = new PeriodicTimer(Poll);
        try
        {
            do
            {
                if (killed is null && await client.IsUpAsync(limit.Token))
                {
                    killed = (await client.DownAsync(cancellationToken)).Sessions.Count;
                }
            } while (StateDirectory.IsOwned(home) && await timer.WaitForNextTickAsync(limit.Token));

            return (true, killed);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, killed);
        }
    }

    private static ControlException StillThere(string home) =>
        new(
            new ControlProblem(
                ExitCode.Failed,
                $"a process still owns `{home}` after {EndWithin.TotalSeconds:0} s",
                $"its own words are in `{Path.Combine(home, "daemon.log")}`; `lslocks` names the process that holds `daemon.lock`"
            )
        );
}
