using System.CommandLine;
using Bartizan.Cli.Runs;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Runs;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan run</c>: runs an agent inside the house.</summary>
internal static class RunCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var observe = new Option<bool>("--observe")
        {
            Description =
                "Development only: what the manifest doesn't mention is allowed and recorded; ends by proposing the manifest.",
        };
        var detach = new Option<bool>("--detach")
        {
            Description =
                "Let the session live on when this command is killed or its terminal closes; an interrupt still ends it.",
        };
        var json = new Option<bool>("--json") { Description = "Print how it ended as JSON on stderr." };
        var statusFd = new Option<int?>("--status-fd")
        {
            Description = "Write how it ended as one line of JSON to this file descriptor.",
        };
        var words = new Argument<string[]>("command")
        {
            Description = "The command; the manifest's own when left out.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "run",
            "Runs an agent in a sandbox whose only ways out are the gateways. Example: bartizan run -- claude -p \"fix the tests\""
        )
        {
            manifest,
            observe,
            detach,
            json,
            statusFd,
            words,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetValue(manifest)!;
                var loaded = ManifestFile.Load(path, out var code);
                if (loaded is null)
                {
                    return code;
                }

                var request = new RunRequest
                {
                    Manifest = Path.GetFullPath(path),
                    Command = parsed.GetValue(words) ?? [],
                    Folder = Environment.CurrentDirectory,
                    SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "",
                    Credentials = Credentials.Of(loaded),
                    Model = PreferredModel.Of(loaded.Run?.Client ?? "generic"),
                    Observe = parsed.GetValue(observe),
                    Terminal = RunTerminal.Size(),
                    CanAnswer = RunTerminal.CanAnswer,
                    Detach = parsed.GetValue(detach),
                };
                using var client = await Instance.StartedAsync(cancellationToken);
                using var connection = await client.RunAsync(request, cancellationToken);
                var end = await new RunTerminal(connection, request).DriveAsync(cancellationToken);
                Report(end, parsed.GetValue(json), parsed.GetValue(statusFd));
                return end.Code;
            }
        );
        return command;
    }

    private static void Report(RunEnd end, bool json, int? statusFd)
    {
        var line = System.Text.Json.JsonSerializer.Serialize(end, System.Text.Json.JsonSerializerOptions.Web);
        if (json)
        {
            Screen.Note(line);
        }

        if (statusFd is { } descriptor)
        {
            File.WriteAllText($"/proc/self/fd/{descriptor}", line + "\n");
        }
    }
}
