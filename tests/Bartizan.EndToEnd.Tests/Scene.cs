using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// One test's own instance: a state directory, a project with a manifest, a model provider on loopback, and the built
/// program run as its own process. Everything goes with it.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>What no agent may ever see: the provider's key.</summary>
    public const string ProviderKey = "sk-real-a81f3c95e2d74b06";

    /// <summary>A call of the model from bash alone: the answer goes to stdout, whole, head and body.</summary>
    public const string Ask = """
        ask() { exec 3<>/dev/tcp/127.0.0.1/8080; local body='{"model":"m1","max_tokens":9,"messages":[{"role":"user","content":"'"${2:-hi}"'"}]}'; printf 'POST /v1/messages HTTP/1.1\r\nhost: m\r\nx-api-key: %s\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %s\r\n\r\n%s' "${1:-$ANTHROPIC_API_KEY}" ${#body} "$body" >&3; cat <&3; exec 3>&-; echo; }

        """;

    private Scene(string root, ScriptedUpstream upstream)
    {
        Root = root;
        Upstream = upstream;
    }

    public string Root { get; }

    public string Home => Path.Combine(Root, "state");

    public string Project => Path.Combine(Root, "project");

    public string ManifestPath => Path.Combine(Project, "agent.yaml");

    public ScriptedUpstream Upstream { get; }

    public static async Task<Scene> OpenAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed");
        var scene = new Scene(
            Directory.CreateTempSubdirectory("bartizan-e2e-").FullName,
            await ScriptedUpstream.StartAsync()
        );
        Directory.CreateDirectory(scene.Project);
        Directory.CreateDirectory(Path.Combine(scene.Root, "tmp"));
        File.WriteAllText(Path.Combine(scene.Project, "notes.txt"), "first line\n");
        scene.Upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(
                context,
                """{"id":"a","type":"message","role":"assistant","model":"m1","content":[{"type":"text","text":"ANSWERED"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}"""
            );
        scene.WriteManifest();
        return scene;
    }

    /// <summary>Writes the manifest: a model, the workspace, and what the test adds.</summary>
    public void WriteManifest(string mode = "staged", string run = "", string rules = "", string files = Files) =>
        File.WriteAllText(
            ManifestPath,
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                apiVersion: bartizan/v1
                agent: tried
                version: 1
                owner: tests@example.com
                description: An agent of a test.
                environment: development
                extends: floor
                run:
                  client: generic
                  workspace: { path: ., mode: {{mode}} }
                {{run}}
                models:
                  up: { api: anthropic, url: "{{Upstream.Url}}", with: up-key }
                credentials:
                  up-key: { from: env:UP_KEY }
                rules:
                  - allow: model up/m1
                    why: The model of this test.
                {{files}}
                {{rules}}
                """
            )
        );

    /// <summary>The usual rules on files.</summary>
    public const string Files = """
          - allow: read workspace/**
            why: Its work.
          - allow: write workspace/**
            why: Its work.
        """;

    public const string ReadOnlyFiles = """
          - allow: read workspace/**
            why: Its work.
        """;

    /// <summary>Starts `bartizan` with arguments.</summary>
    public Running Start(params string[] arguments) => Running.Start(Command("dotnet", [Program, .. arguments]));

    /// <summary>Runs `bartizan` to its end, with nothing on its input.</summary>
    public async Task<Finished> BartizanAsync(params string[] arguments)
    {
        await using var running = Start(arguments);
        running.Input.Close();
        return await running.EndAsync();
    }

    /// <summary>Runs a bash script as the agent.</summary>
    public Task<Finished> RunAsync(string script) => BartizanAsync("run", "--", "bash", "-c", script);

    /// <summary>Starts a bash script as the agent.</summary>
    public Running StartRun(string script, params string[] options) =>
        Start(["run", .. options, "--", "bash", "-c", script]);

    /// <summary>A process in the project, with this scene's variables.</summary>
    public ProcessStartInfo Command(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Project };
        start.Environment["BARTIZAN_HOME"] = Home;
        start.Environment["UP_KEY"] = ProviderKey;
        start.Environment["NO_COLOR"] = "1";
        start.Environment["TMPDIR"] = Path.Combine(Root, "tmp");
        return start;
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "bartizan.dll");

    /// <summary>What `--json` printed.</summary>
    public static JsonNode Json(Finished finished) => JsonNode.Parse(finished.Output)!;

    /// <summary>The live sessions.</summary>
    public async Task<JsonArray> SessionsAsync() => Json(await BartizanAsync("sessions", "--json")).AsArray();

    /// <summary>Waits until there is exactly one live session in <paramref name="state"/>, and returns its id.</summary>
    public async Task<string> SessionAsync(string state = "running")
    {
        var one = "";
        await UntilSessionsAsync(
            all =>
            {
                one = all.Count == 1 && all[0].State == state ? all[0].Session : "";
                return one.Length > 0;
            },
            $"one session is {state}"
        );
        return one;
    }

    /// <summary>Waits until no session lives.</summary>
    public Task QuietAsync() => UntilSessionsAsync(0);

    /// <summary>Waits until exactly so many sessions live.</summary>
    public Task UntilSessionsAsync(int count) =>
        UntilSessionsAsync(all => all.Count == count, $"{count} sessions live");

    // Asked on the socket: a program started for each look takes the processor from what is waited for.
    private async Task UntilSessionsAsync(Func<IReadOnlyList<SessionSummary>, bool> holds, string what)
    {
        using var client = new ControlClient(new ControlAddress(Home));
        using var limit = new CancellationTokenSource(Running.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (
            !holds(
                await client.IsUpAsync(CancellationToken.None) ? await client.SessionsAsync(CancellationToken.None) : []
            )
        )
        {
            limit.IsCancellationRequested.ShouldBeFalse($"it never happened that {what}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The entries of the log.</summary>
    public async Task<IReadOnlyList<JsonNode>> LogAsync(params string[] query) =>
        [
            .. (await BartizanAsync(["log", .. query, "--json"]))
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!),
        ];

    /// <summary>Waits until a command says <paramref name="what"/>: what it asks about is recorded a moment after it happened.</summary>
    public Task UntilSaysAsync(string what, params string[] command) => UntilSaysAsync(what, isThere: true, command);

    /// <summary>Waits until a command no longer says <paramref name="what"/>.</summary>
    public Task UntilSilentAsync(string what, params string[] command) => UntilSaysAsync(what, isThere: false, command);

    private async Task UntilSaysAsync(string what, bool isThere, string[] command)
    {
        using var limit = new CancellationTokenSource(Running.Limit);
        while ((await BartizanAsync(command)).Output.Contains(what, StringComparison.Ordinal) != isThere)
        {
            limit.IsCancellationRequested.ShouldBeFalse(
                $"`{string.Join(' ', command)}` {(isThere ? "never says" : "never stops saying")} `{what}`"
            );
        }
    }

    /// <summary>The daemon's process; null when none runs.</summary>
    public async Task<int?> DaemonAsync()
    {
        var status = await BartizanAsync("status", "--json");
        return status.Code == 0 && JsonNode.Parse(status.Output)?["pid"] is { } pid ? pid.GetValue<int>() : null;
    }

    /// <summary>The processes of this host whose command line holds <paramref name="mark"/>.</summary>
    public static IReadOnlyList<int> Processes(string mark) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0 && id != Environment.ProcessId && IsAgents(CommandLine(id), mark)),
        ];

    // The command outside carries the agent's words in its own: it is not one of the agent's processes.
    private static bool IsAgents(string commandLine, string mark) =>
        commandLine.Contains(mark, StringComparison.Ordinal)
        && !commandLine.Contains("bartizan.dll", StringComparison.Ordinal);

    public static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Who started a process; 0 when it is gone.</summary>
    public static int ParentOf(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal));
            return int.Parse(line.AsSpan(5).Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Waits until a condition holds; fails after a limit.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Running.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!holds())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"it never happened that {what}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>All files of the scene that hold something: the sockets of programs that were killed don't.</summary>
    public IEnumerable<string> Written() =>
        Directory
            .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file) is { Exists: true, Length: > 0 });

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Home, "control.sock")))
        {
            await BartizanAsync("down");
        }

        await Upstream.DisposeAsync();
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException) { }
    }
}
