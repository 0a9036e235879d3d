using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Serving;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan serve</c>: opens an agent to its callers.</summary>
internal static class ServeCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var detach = new Option<bool>("--detach") { Description = "Leave it open when this command ends." };
        var end = new Option<bool>("--end")
        {
            Description = "Close the one that is open, and end its users' sessions.",
        };
        var command = new Command(
            "serve",
            "Opens an agent to its callers: a gateway that knows who calls, by the manifest's `serve`. Example: bartizan serve -m agent.yaml"
        )
        {
            manifest,
            detach,
            end,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetValue(manifest)!;
                if (parsed.GetValue(end))
                {
                    using var known = Instance.Client();
                    var ended = await known.EndServingAsync(
                        new ServeRequest { Manifest = Path.GetFullPath(path) },
                        cancellationToken
                    );
                    Screen.Line($"{ended.Agent} is closed to callers");
                    return ExitCode.Done;
                }

                var loaded = ManifestFile.Load(path, out var code);
                if (loaded is null)
                {
                    return code;
                }

                var request = new ServeRequest
                {
                    Manifest = Path.GetFullPath(path),
                    SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "",
                    Credentials = Credentials.Of(loaded),
                    Detach = parsed.GetValue(detach),
                };
                using var client = await Instance.StartedAsync(cancellationToken);
                using var open = await client.ServeAsync(request, cancellationToken);
                Screen.Line($"{open.Reply.Agent} is open to callers at {open.Reply.Url}");
                if (request.Detach)
                {
                    return ExitCode.Done;
                }

                Screen.Note("Ctrl-C closes it.");
                try
                {
                    await open.WaitAsync(cancellationToken);
                    return Screen.Error(ExitCode.Failed, "it was closed from elsewhere");
                }
                catch (OperationCanceledException)
                {
                    return ExitCode.Done;
                }
            }
        );
        return command;
    }
}
