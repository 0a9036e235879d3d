using System.Diagnostics;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>The CEL of npm, installed by name into an ignored folder: by <c>bench/soak/cel.sh</c>, or here on CI.</summary>
public sealed class CelPeer : IAsyncLifetime
{
    private const string Packages = "@bufbuild/cel@0.6.1 @bufbuild/protobuf@2.17.0";

    private static readonly string _folder = Repository.PathOf("artifacts", "cel-peer");

    /// <summary>Why it can't be run here; null when it can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var isThere = Directory.Exists(Path.Combine(_folder, "node_modules", "@bufbuild", "cel"));
        if (!isThere && Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            Directory.CreateDirectory(_folder);
            await File.WriteAllTextAsync(Path.Combine(_folder, "package.json"), "{\"private\":true}");
            string[] install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", .. Packages.Split(' ')];
            isThere = await RunAsync("npm", install) == 0;
        }

        Missing = isThere ? null : "the CEL of npm is not installed: run bench/soak/cel.sh once";
        if (isThere && await RunAsync("node", ["--version"]) != 0)
        {
            Missing = "node is not installed";
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What the peer makes of each case, one line for each.</summary>
    public static async Task<string[]> EvaluateAsync(IEnumerable<string> cases)
    {
        var root = Directory.CreateTempSubdirectory("bartizan-cel-").FullName;
        try
        {
            var (ask, answer) = (Path.Combine(root, "cases"), Path.Combine(root, "results"));
            await File.WriteAllLinesAsync(ask, cases);
            var script = Repository.PathOf("tests", "Bartizan.Core.Tests", "Conditions", "cel-peer.mjs");
            (await RunAsync("node", [script, ask, answer])).ShouldBe(0);
            return await File.ReadAllLinesAsync(answer);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string program, string[] arguments)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    WorkingDirectory = _folder,
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!;
            _ = await process.StandardOutput.ReadToEndAsync(end.Token);
            await process.WaitForExitAsync(end.Token);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
