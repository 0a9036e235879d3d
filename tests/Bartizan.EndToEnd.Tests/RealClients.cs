using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The shared harness and the real clients, if they are here; installed on CI, where nothing is kept between jobs.</summary>
public sealed class RealClients : IAsyncLifetime
{
    /// <summary>A private key in the client's home, which no request and no transcript may hold.</summary>
    internal const string Canary = "canary-ssh-key-c0ffee41";

    /// <summary>For about a gigabyte of packages: a minute on an ordinary line.</summary>
    private static readonly TimeSpan InstallWithin = TimeSpan.FromMinutes(4);

    /// <summary>How often a client that never ends asks its model before its time is over.</summary>
    private const int RunawayTurns = 3;

    private static readonly string[] Programs =
    [
        "env.sh",
        "node24/node_modules/node/bin/node",
        "claude/node_modules/.bin/claude",
        "codex/node_modules/.bin/codex",
    ];

    private string _harness = "";
    private string _npm = "";

    /// <summary>Why the clients can't be run here; null when they can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _harness = Harness;
        _npm = Environment.GetEnvironmentVariable("HARNESS_NPM") ?? "/tmp/harness-npm";
        if (!File.Exists(Path.Combine(_harness, "setup.sh")))
        {
            Missing = "the shared harness is not here: set BARTIZAN_SHARED";
            return;
        }

        if (!File.Exists(Path.Combine(_npm, "env.sh")) && Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            _npm = Path.Combine(Root(), "artifacts", "harness-npm");
            Missing = await InstallAsync();
        }

        // The harness writes env.sh whatever became of the installation: the programs themselves are looked for.
        if (Missing is null && !Programs.All(program => File.Exists(Path.Combine(_npm, program))))
        {
            Missing = $"the real clients are not installed in `{_npm}`: run the harness's setup.sh node clients";
        }
    }

    /// <summary>The shared harness, whether it is here or not.</summary>
    internal static string Harness =>
        Path.Combine(
            Environment.GetEnvironmentVariable("BARTIZAN_SHARED") ?? Path.Combine(Root(), "..", "shared"),
            "harness"
        );

    // A registry that is slow or not there costs the tests with real clients, never the others: it ends, and they are skipped.
    private async Task<string?> InstallAsync()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(_harness, "setup.sh"), "node", "clients"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["HARNESS_NPM"] = _npm;
        using var setup = Process.Start(start)!;
        setup.StandardInput.Close();
        using var limit = new CancellationTokenSource(InstallWithin);
        try
        {
            var said = await setup.StandardOutput.ReadToEndAsync(limit.Token);
            await setup.WaitForExitAsync(limit.Token);
            return said.Contains("FAIL", StringComparison.Ordinal)
                ? "the real clients could not be installed: " + string.Join("; ", said.Split('\n').Where(IsFailure))
                : null;
        }
        catch (OperationCanceledException)
        {
            setup.Kill(entireProcessTree: true);
            await setup.WaitForExitAsync(CancellationToken.None);
            return $"the real clients could not be installed within {InstallWithin.TotalMinutes:0} minutes";
        }

        static bool IsFailure(string line) => line.StartsWith("FAIL", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs a scenario with a client; through Bartizan when <paramref name="scene"/> is given.</summary>
    internal async Task<ClientRun> RunAsync(
        RealClient client,
        string scenario,
        string root,
        Scene? scene,
        bool claims = false,
        string rules = "",
        string? server = null,
        string tools = "http",
        string notes = "HARNESS-NOTE-7321 remember\n",
        bool bare = false
    )
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, scene is null ? "direct" : "through")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(folder, "work")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(Directory.CreateDirectory(Path.Combine(work, "canary")).FullName, "bird.txt"),
            "it sings\n"
        );
        await File.WriteAllTextAsync(Path.Combine(work, "notes.txt"), notes);
        var keys = Directory.CreateDirectory(Path.Combine(folder, "home", ".ssh")).FullName;
        await File.WriteAllTextAsync(Path.Combine(keys, "id_ed25519"), Canary);
        var port = FreePort.Next();
        var record = Path.Combine(folder, "model.jsonl");
        await using var model = Running.Start(
            new ProcessStartInfo(
                "node",
                [
                    Path.Combine(_harness, "fake-llm.mjs"),
                    "--port",
                    $"{port}",
                    "--scenario",
                    Path.Combine(_harness, "scenarios", $"{scenario}.json"),
                    "--var",
                    $"workdir={work}",
                    "--record",
                    record,
                    "--require-key",
                    Scene.ProviderKey,
                    "--quiet",
                ]
            )
        );
        await ReachableAsync(port);
        var transcript = Path.Combine(folder, "transcript.jsonl");
        var start = new ProcessStartInfo(
            "bash",
            [
                "-c",
                $". {_npm}/env.sh; [ -z \"$WRAPPER\" ] || {{ printf 'export REAL=%q\\n' \"${client.Variable}\" >>\"$WRAPPER.env\"; export {client.Variable}=$WRAPPER; }}; exec {_harness}/{client.Runner} 'Please do the task.'",
            ]
        )
        {
            WorkingDirectory = folder,
        };
        start.Environment["WORKDIR"] = work;
        start.Environment["BASE_URL"] = $"http://127.0.0.1:{port}{client.Suffix}";
        start.Environment["TRANSCRIPT"] = transcript;
        start.Environment["TIMEOUT"] = "200";
        start.Environment["BARE"] = bare ? "1" : "";
        start.Environment["CC_HOME"] = Path.Combine(folder, "home");
        start.Environment["CX_HOME"] = Path.Combine(folder, "home");
        start.Environment["WRAPPER"] = "";
        if (scene is null)
        {
            start.Environment["API_KEY"] = Scene.ProviderKey;
        }
        else
        {
            start.Environment["WRAPPER"] = await WrapAsync(
                client,
                scene,
                folder,
                work,
                port,
                claims,
                rules,
                server,
                tools
            );
        }

        await using var run = Running.Start(start);
        run.Input.Close();
        if (scenario == "runaway-loop")
        {
            // It never ends by itself, and its time is over once it has gone round.
            await Scene.UntilAsync(
                () => run.HasExited || Read(record).Count(c => c == '\n') >= RunawayTurns,
                "the client asks its model"
            );
            await RunOutAsync(run);
        }

        var end = await run.EndAsync();
        return new ClientRun(end, work, Read(transcript), Read(record));
    }

    // The harness's timeout(1) takes its own signal as the end of its time, whoever sends it.
    private static async Task RunOutAsync(Running run)
    {
        foreach (var timer in Scene.Processes("timeout -k 5 200 ").Where(id => Scene.ParentOf(id) == run.Id))
        {
            using var kill = Process.Start("sh", ["-c", $"kill -ALRM {timer} 2>/dev/null"]);
            await kill.WaitForExitAsync();
        }
    }

    // The runners start clients with empty variables: what Bartizan needs stands in the wrapper.
    private static async Task<string> WrapAsync(
        RealClient client,
        Scene scene,
        string folder,
        string work,
        int port,
        bool claims,
        string rules,
        string? server,
        string tools
    )
    {
        var manifest = Path.Combine(folder, "agent.yaml");
        var (servers, toolRules) = server is null
            ? ("", "")
            : (
                $"servers: {{ everything: {{ {server} }} }}",
                "  - { allow: tool everything/echo, why: The tool of this test. }"
            );
        var variables = rules.Contains("everything/", StringComparison.Ordinal)
            ? """{ ENABLE_TOOL_SEARCH: "false" }"""
            : "{ LANG: C.UTF-8 }";
        await File.WriteAllTextAsync(
            manifest,
            $$"""
            apiVersion: bartizan/v1
            agent: real-client
            version: 1
            owner: tests@example.com
            description: A real client.
            environment: development
            extends: floor
            run:
              client: {{client.Profile}}
              tools: {{tools}}
              claims: {{(claims ? "true" : "false")}}
              workspace: { path: "{{work}}", mode: read-write }
              # The scripted model asks for tools by name and looks none up.
              variables: {{variables}}
            models:
              up: { api: {{client.Api}}, url: "http://127.0.0.1:{{port}}", with: up-key }
            {{servers}}
            credentials:
              up-key: { from: env:UP_KEY }
            rules:
              - allow: model up/**
                accept_wide: The scripted model answers to any name.
                why: The model of this test.
            {{toolRules}}
            {{Scene.Files}}
            {{rules}}
            """
        );
        var wrapper = Path.Combine(folder, "wrapper");
        await File.WriteAllTextAsync(
            wrapper,
            $$"""
            #!/usr/bin/env bash
            export UP_KEY={{Scene.ProviderKey}} BARTIZAN_HOME={{scene.Home}}
            . "$0.env"
            exec dotnet {{Scene.Program}} run -m {{manifest}} -- "$REAL" "$@"
            """
        );
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return wrapper;
    }

    /// <summary>
    /// The tool server of the harness, as a manifest names it: by its address, when it runs already, or by the command that starts it in
    /// a sandbox of its own.
    /// </summary>
    internal static async Task<(string Server, Running? Process)> ToolServerAsync(bool starts, params string[] options)
    {
        var program = Path.Combine(Harness, "mcp-upstream.mjs");
        if (starts)
        {
            return ($"command: [node, \"{program}\", --stdio{string.Concat(options.Select(o => $", {o}"))}]", null);
        }

        var port = FreePort.Next();
        var process = Running.Start(
            new ProcessStartInfo("node", [program, "--port", $"{port}", "--require-key", Scene.ProviderKey, .. options])
        );
        await ReachableAsync(port);
        return ($"url: \"http://127.0.0.1:{port}/mcp\", with: up-key", process);
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    internal static Task ReachableAsync(int port) =>
        Scene.UntilAsync(
            () =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Connect(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "the scripted model listens"
        );

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Bartizan.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }

    /// <summary>One client and how the harness runs it.</summary>
    internal sealed record RealClient(string Profile, string Api, string Runner, string Variable, string Suffix)
    {
        public static RealClient Named(string profile) =>
            profile == "codex"
                ? new RealClient("codex", "openai", "run-codex.sh", "CODEX_BIN", "/v1")
                : new RealClient("claude-code", "anthropic", "run-claude-code.sh", "CLAUDE_BIN", "");
    }

    /// <summary>What came of a run: what the runner said, the workspace, the transcript, the model's own record.</summary>
    internal sealed record ClientRun(Finished End, string Work, string Transcript, string Record)
    {
        /// <summary>The final answer, with the workspace's path made the same for all runs.</summary>
        public string Answer =>
            string.Join(
                    '\n',
                    End.Output.Split('\n')
                        .SkipWhile(l => !l.StartsWith("ANSWER", StringComparison.Ordinal))
                        .TakeWhile(l =>
                            !l.StartsWith("INFO", StringComparison.Ordinal)
                            && !l.StartsWith("EXIT", StringComparison.Ordinal)
                            && !l.StartsWith("STDERR", StringComparison.Ordinal)
                        )
                )
                .Replace(Work, "WORK", StringComparison.Ordinal);

        /// <summary>The workspace's files and what is in them.</summary>
        public IReadOnlyList<string> Files =>
            [
                .. Directory
                    .EnumerateFiles(Work, "*", SearchOption.AllDirectories)
                    .Select(f =>
                        $"{Path.GetRelativePath(Work, f)}: {File.ReadAllText(f).Replace(Work, "WORK", StringComparison.Ordinal)}"
                    )
                    .Order(StringComparer.Ordinal),
            ];

        /// <summary>The bodies of all requests that reached the model.</summary>
        public IReadOnlyList<string> Bodies =>
            [
                .. Record
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(l => JsonNode.Parse(l)!["body"]?.ToJsonString() ?? ""),
            ];
    }
}
