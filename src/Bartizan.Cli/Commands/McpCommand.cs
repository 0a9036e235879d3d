using System.CommandLine;
using Bartizan.Cli.Mcp;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan mcp</c>: what a client starts that speaks to tool servers by a process's stdin and stdout.</summary>
internal static class McpCommand
{
    /// <summary>The variable that holds the address of the tool gateway.</summary>
    public const string Address = "BARTIZAN_MCP";

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var server = new Option<string?>("--server")
        {
            Description = "One server of the manifest, with its own names; without it all of them, as SERVER__NAME.",
        };
        var command = new Command(
            "mcp",
            "The tool gateway for clients that start a process: JSON-RPC messages on stdin and stdout, one a line. "
                + $"{Address} and {HookCommand.Token} say where it is and who asks; `attach` prints them. "
                + "Example: bartizan mcp --server github"
        )
        {
            server,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var address = Environment.GetEnvironmentVariable(Address);
                var token = Environment.GetEnvironmentVariable(HookCommand.Token);
                if (
                    string.IsNullOrEmpty(token)
                    || !Uri.TryCreate(address, UriKind.Absolute, out var url)
                    || url.Scheme != Uri.UriSchemeHttp
                    || !url.IsLoopback
                )
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{Address}` is no address on this machine, or `{HookCommand.Token}` is not set",
                        "start the client with what `bartizan attach` prints"
                    );
                }

                if (parsed.GetValue(server) is { } name)
                {
                    url = new Uri($"{url.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(name)}");
                }

                await using var input = Console.OpenStandardInput();
                await using var output = Console.OpenStandardOutput();
                using var end = new StdioEnd(url, token, output);
                return await end.RunAsync(input, cancellationToken) switch
                {
                    StdioEnding.Done => ExitCode.Done,
                    StdioEnding.Refused => Screen.Error(
                        ExitCode.No,
                        "the tool gateway doesn't know this session, or not this server",
                        "the session may be over: `bartizan sessions` lists those that run"
                    ),
                    _ => Screen.Error(
                        ExitCode.Failed,
                        "the tool gateway can't be reached",
                        "`bartizan status` says whether the instance runs"
                    ),
                };
            }
        );
        return command;
    }
}
