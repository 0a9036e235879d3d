using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Sessions;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan attach</c>: a session for an agent that runs elsewhere.</summary>
internal static class AttachCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var ttl = new Option<string>("--ttl")
        {
            Description = "How long the session lives: 30m, 1h.",
            DefaultValueFactory = _ => "1h",
        };
        var accept = new Option<bool>("--accept-unsandboxed")
        {
            Description = "Open it although rules of the manifest need a sandbox; recorded.",
        };
        var user = new Option<string?>("--user-token")
        {
            Description =
                "A file with the token of the end user that the session acts for, or `-` for standard input; the session ends with it.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of `export` lines." };
        var command = new Command(
            "attach",
            "Opens a session for an agent that runs elsewhere and prints where its gateways are. Example: eval \"$(bartizan attach)\""
        )
        {
            manifest,
            ttl,
            accept,
            user,
            json,
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

                if (Duration(parsed.GetValue(ttl)!) is not { } lives)
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{parsed.GetValue(ttl)}` is no duration",
                        "write it as 45s, 30m or 8h"
                    );
                }

                string? token = null;
                if (
                    parsed.GetValue(user) is { } from
                    && (token = await TokenFile.ReadAsync(from, cancellationToken)) is null
                )
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        from == TokenFile.Input
                            ? "standard input holds no token"
                            : $"`{from}` can't be read, or holds no token",
                        "`--user-token` takes a file or `-`, never the token itself"
                    );
                }

                var request = new AttachRequest
                {
                    Manifest = Path.GetFullPath(path),
                    Credentials = Credentials.Of(loaded),
                    Ttl = lives,
                    AcceptUnsandboxed = parsed.GetValue(accept),
                    UserToken = token,
                };
                using var client = await Instance.StartedAsync(cancellationToken);
                var reply = await client.AttachAsync(request, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                Screen.Line($"# session {reply.Session}{(reply.User is { } acts ? $" for {acts}" : "")}");
                Screen.Line($"export BARTIZAN_SESSION={reply.Session}");
                Screen.Line($"export ANTHROPIC_BASE_URL={reply.Endpoints.Anthropic}");
                Screen.Line($"export ANTHROPIC_API_KEY={reply.Token}");
                Screen.Line($"export OPENAI_BASE_URL={reply.Endpoints.Openai}");
                Screen.Line($"export OPENAI_API_KEY={reply.Token}");
                if (reply.Endpoints.Gemini is { } gemini)
                {
                    Screen.Line($"export GOOGLE_GEMINI_BASE_URL={gemini}");
                    Screen.Line($"export GEMINI_API_KEY={reply.Token}");
                }

                var proxy = reply.Endpoints.Egress.Replace(
                    "://",
                    $"://session:{reply.Token}@",
                    StringComparison.Ordinal
                );
                Screen.Line($"export HTTP_PROXY={proxy}");
                Screen.Line($"export HTTPS_PROXY={proxy}");
                if (reply.Endpoints.Hooks is { } hooks)
                {
                    Screen.Line($"export {HookCommand.Address}={hooks}");
                }

                Screen.Line($"export {McpCommand.Address}={reply.Endpoints.Mcp.All}");
                Screen.Line($"export {HookCommand.Token}={reply.Token}");

                Screen.Line("export NO_PROXY=127.0.0.1,localhost");
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static TimeSpan? Duration(string text)
    {
        if (
            text.Length < 2
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1),
                System.Globalization.CultureInfo.InvariantCulture,
                out var count
            )
            || count <= 0
        )
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            _ => null,
        };
    }
}
