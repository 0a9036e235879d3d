using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.Policy.Bench;

/// <summary>The same rules and decisions in other people's engines, by a script of node's.</summary>
internal static class Peers
{
    private static readonly int[] _sizes = [100, 1_000, 10_000];
    private static readonly TimeSpan _within = TimeSpan.FromMinutes(3);

    /// <summary>One row for each engine and size; a row that says why when it is not there.</summary>
    public static async Task<
        IReadOnlyList<(
            string Engine,
            int Rules,
            double NanosecondsPerDecision,
            double CompileMilliseconds,
            int Allowed
        )>
    > MeasureAsync(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "node_modules", "@cedar-policy", "cedar-wasm", "package.json")))
        {
            Console.WriteLine("Other engines: not measured, `bench/policy/run.sh` installs them when npm is there.");
            return [];
        }

        var cases = Path.Combine(folder, "cases.json");
        await File.WriteAllTextAsync(cases, JsonSerializer.Serialize(_sizes.Select(CaseOf)));
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "peers.cjs"), folder, cases])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node doesn't start");
        using var timeout = new CancellationTokenSource(_within);
        var text = await node.StandardOutput.ReadToEndAsync(timeout.Token);
        await node.WaitForExitAsync(timeout.Token);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .Select(f =>
                    (
                        f[0],
                        int.Parse(f[1], CultureInfo.InvariantCulture),
                        double.Parse(f[2], CultureInfo.InvariantCulture),
                        double.Parse(f[3], CultureInfo.InvariantCulture),
                        int.Parse(f[4], CultureInfo.InvariantCulture)
                    )
                ),
        ];
    }

    private static object CaseOf(int rules) =>
        new
        {
            rules = Enumerable.Range(0, rules).Select(i => new { effect = Workload.EffectOf(i), tool = NameOf(i) }),
            asked = Workload.Asked(rules).Select(NameOf),
        };

    private static string NameOf(int rule) => $"{Workload.ToolOf(rule).Server}/{Workload.ToolOf(rule).Tool}";
}
