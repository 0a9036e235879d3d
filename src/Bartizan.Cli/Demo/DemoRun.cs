using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Cli.Commands;
using Bartizan.Client;
using Bartizan.Client.Runs;

namespace Bartizan.Cli.Demo;

/// <summary>What the agent reported of its acts in one run.</summary>
/// <param name="Results">One result an act, in order: whether it worked, and what the agent saw.</param>
/// <param name="Session">The session; null for a run outside.</param>
/// <param name="Error">What the agent or Bartizan said on the other stream.</param>
internal sealed record DemoRun(ImmutableArray<(bool Ok, string Observed)> Results, string? Session, string Error)
{
    /// <summary>Runs the agent inside, through the control API, as any run.</summary>
    public static async Task<DemoRun> InsideAsync(
        ControlAddress address,
        string manifest,
        string key,
        CancellationToken cancellationToken
    )
    {
        using var client = new ControlClient(address);
        var request = new RunRequest
        {
            Manifest = manifest,
            Command = [.. Instance.SelfCommand(), DemoCommand.AgentName],
            Folder = Path.GetDirectoryName(manifest)!,
            SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "",
            Credentials = new Dictionary<string, string>(StringComparer.Ordinal) { [DemoStory.KeyVariable] = key },
        };
        using var connection = await client.RunAsync(request, cancellationToken);
        await connection.SendAsync(new RunEvent.InputEnded(), cancellationToken);
        var output = new StringBuilder();
        var error = new StringBuilder();
        string? session = null;
        while (await connection.ReceiveAsync(cancellationToken) is { } message)
        {
            if (!message.IsText)
            {
                (message.Channel == RunChannel.Error ? error : output).Append(
                    Encoding.UTF8.GetString(message.Bytes.Span)
                );
                continue;
            }

            switch (message.Event())
            {
                case RunEvent.Started started:
                    session = started.Session;
                    break;
                case RunEvent.Refused refused:
                    throw new ControlException(new ControlProblem(refused.Code, refused.Error, refused.Hint));
                case RunEvent.Exited:
                    return new DemoRun(Parse(output.ToString()), session, error.ToString());
            }
        }

        throw new ControlException(new ControlProblem(ExitCode.Failed, "the instance of the demo went away", null));
    }

    /// <summary>Runs the very same agent outside, with the key in its hand, as people do today.</summary>
    public static async Task<DemoRun> OutsideAsync(
        string modelUrl,
        string key,
        string folder,
        CancellationToken cancellationToken
    )
    {
        var words = Instance.SelfCommand();
        var start = new System.Diagnostics.ProcessStartInfo(words[0], [.. words.Skip(1), DemoCommand.AgentName])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ANTHROPIC_BASE_URL"] = modelUrl;
        start.Environment["ANTHROPIC_API_KEY"] = key;
        using var agent = System.Diagnostics.Process.Start(start)!;
        var error = agent.StandardError.ReadToEndAsync(cancellationToken);
        var output = await agent.StandardOutput.ReadToEndAsync(cancellationToken);
        await agent.WaitForExitAsync(cancellationToken);
        return new DemoRun(Parse(output), null, await error);
    }

    private static ImmutableArray<(bool Ok, string Observed)> Parse(string output) =>
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!)
                .Select(node => (node["ok"]!.GetValue<bool>(), node["observed"]!.GetValue<string>())),
        ];
}
