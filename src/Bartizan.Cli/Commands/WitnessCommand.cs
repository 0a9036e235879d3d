using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Daemon.Witnessing;
using Bartizan.Log.Witnessing;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan witness</c>: cosigns other instances' checkpoints, as C2SP tlog-witness has it.</summary>
internal static class WitnessCommand
{
    private const string DefaultListen = "127.0.0.1:7378";

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var logs = new Option<string>("--logs")
        {
            Description = "The logs to witness: a C2SP tlog-policy file, `log <vkey>` lines and `quorum none`.",
            Required = true,
        };
        var listen = new Option<string>("--listen")
        {
            Description = "Address and port; put TLS in front of it when it is not loopback.",
            DefaultValueFactory = _ => DefaultListen,
        };
        var path = new Option<string?>("--path")
        {
            Description =
                "Where the key and what it has seen are kept; `witness` in the state directory when left out.",
        };
        var name = new Option<string?>("--name")
        {
            Description = "The witness's name, used when its key is made: a URL without scheme is usual.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "witness",
            "Cosigns other instances' checkpoints, so that not even their operator can rewrite their log. Example: bartizan witness --logs logs.policy"
        )
        {
            logs,
            listen,
            path,
            name,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed.GetValue(logs)!,
                    parsed.GetValue(listen)!,
                    parsed.GetValue(path),
                    parsed.GetValue(name),
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string logs,
        string listen,
        string? path,
        string? name,
        bool json,
        CancellationToken cancellationToken
    )
    {
        if (!IPEndPoint.TryParse(listen, out var address))
        {
            return Screen.Error(ExitCode.Usage, $"`{listen}` is no address and port", $"as in `{DefaultListen}`");
        }

        if (!File.Exists(logs))
        {
            return Screen.Error(
                ExitCode.Usage,
                $"there is no file `{logs}`",
                "write one: a line `log ` and the log's key for each log, and a line `quorum none`"
            );
        }

        try
        {
            var options = new WitnessOptions
            {
                Directory = path ?? Path.Combine(ControlAddress.Default().Home, "witness"),
                Logs = WitnessPolicy.Load(logs),
            };
            if (options.Logs.Logs.IsEmpty)
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"`{logs}` names no log",
                    "add a line `log ` and the log's key, which stands in `log/vkey` of its state directory"
                );
            }

            using var witness = Witness.Open(
                name is null ? options : options with { Name = name },
                TimeProvider.System
            );
            await using var server = await WitnessServer.StartAsync(witness, address, cancellationToken);
            Say(witness, server, json);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var term = PosixSignalRegistration.Create(
                PosixSignal.SIGTERM,
                context =>
                {
                    context.Cancel = true;
                    stop.Cancel();
                }
            );
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var ends = stop.Token.Register(ended.SetResult);
            await ended.Task;
            return ExitCode.Done;
        }
        catch (WitnessPolicyException e)
        {
            return Screen.Error(ExitCode.Usage, e.Message, "the format is C2SP tlog-policy");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Screen.Error(ExitCode.Failed, e.Message);
        }
    }

    private static void Say(Witness witness, WitnessServer server, bool json)
    {
        if (json)
        {
            Screen.JsonLine(
                new
                {
                    vkey = witness.Verifier.ToString(),
                    url = server.Address.AbsoluteUri,
                    logs = witness.Sizes,
                }
            );
            return;
        }

        Screen.Line($"witness {witness.Verifier}");
        Screen.Line($"listens on {server.Address}");
        foreach (var (origin, size) in witness.Sizes)
        {
            Screen.Line(string.Create(CultureInfo.InvariantCulture, $"log {origin}: {size} entries seen"));
        }
    }
}
