using System.Diagnostics;
using Bartizan.Client;

namespace Bartizan.Cli.Commands;

/// <summary>Finds the instance a command talks to, and starts one when none runs.</summary>
internal static class Instance
{
    /// <summary>How long a start may take before it counts as failed, also on a machine that gives it little.</summary>
    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(2);

    /// <summary>How long another's start is waited for when our own ended: of two at once, one gives way.</summary>
    private static readonly TimeSpan OtherWithin = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    /// <summary>Variables the daemon keeps; everything else of the person's environment stays out of it.</summary>
    private static readonly string[] Kept =
    [
        "HOME",
        "USER",
        "LANG",
        "TZ",
        "TMPDIR",
        "XDG_DATA_HOME",
        "DOTNET_ROOT",
        ControlAddress.HomeVariable,
    ];

    /// <summary>A client of the running instance.</summary>
    public static ControlClient Client() => new(ControlAddress.Default());

    /// <summary>A client of the running instance, which is started when none runs.</summary>
    public static async Task<ControlClient> StartedAsync(CancellationToken cancellationToken)
    {
        var client = Client();
        if (await client.IsUpAsync(cancellationToken))
        {
            return client;
        }

        var address = ControlAddress.Default();
        Directory.CreateDirectory(
            address.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        var log = Path.Combine(address.Home, "daemon.log");
        using var daemon = StartDaemon(log);
        using var limit = new CancellationTokenSource(StartWithin);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var timer = new PeriodicTimer(Poll);
        var gaveWay = false;
        try
        {
            while (await timer.WaitForNextTickAsync(either.Token))
            {
                if (File.Exists(address.Socket) && await client.IsUpAsync(either.Token))
                {
                    return client;
                }

                if (!gaveWay && daemon.HasExited)
                {
                    gaveWay = true;
                    limit.CancelAfter(OtherWithin);
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested) { }

        client.Dispose();
        throw new ControlException(
            new ControlProblem(
                ExitCode.Failed,
                "the instance did not start",
                $"its own words are in `{log}`; `bartizan up --foreground` shows them"
            )
        );
    }

    // setsid takes the daemon out of the terminal's session: a Ctrl-C or a closed terminal ends the command, not the instance.
    private static Process StartDaemon(string log)
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                "exec setsid \"$@\" </dev/null >>\"$BARTIZAN_DAEMON_LOG\" 2>&1",
                "sh",
                .. SelfCommand(),
                "up",
                "--foreground",
            ]
        )
        {
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var name in Kept)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["BARTIZAN_DAEMON_LOG"] = log;
        return Process.Start(start)!;
    }

    /// <summary>The words that start this very program.</summary>
    public static string[] SelfCommand()
    {
        var program = Environment.ProcessPath!;
        var assembly = Path.Combine(AppContext.BaseDirectory, "bartizan.dll");
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, assembly] : [program];
    }
}
