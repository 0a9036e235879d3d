using System.Globalization;
using System.Text.RegularExpressions;

namespace Bartizan.Gateway.Bench;

/// <summary>One run of wrk against a target.</summary>
internal sealed partial record Calls(
    double Rate,
    double P50,
    double P99,
    double Cpu,
    double PerSync,
    double Syncs,
    double Errors
)
{
    public static async Task<Calls> MeasureAsync(Target target, int connections, int seconds)
    {
        var (entries, syncs) = await CountsAsync(target);
        var cpu = target.Part.CpuSeconds;
        var text = await Part.RunAsync(
            "wrk",
            "-t1",
            "-c" + connections.ToString(CultureInfo.InvariantCulture),
            "-d" + seconds.ToString(CultureInfo.InvariantCulture) + "s",
            "--latency",
            "-s",
            Path.Combine(AppContext.BaseDirectory, "call.lua"),
            $"http://127.0.0.1:{target.CallsPort}/v1/chat/completions"
        );
        var spent = target.Part.CpuSeconds - cpu;
        var (entriesAfter, syncsAfter) = await CountsAsync(target);
        var requests = Number(Requests().Match(text));
        var errors =
            Number(BadStatus().Match(text)) + (text.Contains("Socket errors", StringComparison.Ordinal) ? 1 : 0);
        return new Calls(
            Number(PerSecond().Match(text)),
            Milliseconds(Half().Match(text)),
            Milliseconds(Most().Match(text)),
            spent * 1e6 / Math.Max(requests, 1),
            syncsAfter > syncs ? (double)(entriesAfter - entries) / (syncsAfter - syncs) : 0,
            syncsAfter - syncs,
            errors
        );
    }

    private static async Task<(long Entries, long Syncs)> CountsAsync(Target target)
    {
        if (!target.Name.StartsWith("Bartizan", StringComparison.Ordinal))
        {
            return (0, 0);
        }

        var words = (await target.Part.AskAsync("counts")).Split(' ');
        return (long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture));
    }

    private static double Number(Match match) =>
        match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static double Milliseconds(Match match) =>
        Number(match)
        * match.Groups[2].Value switch
        {
            "us" => 0.001,
            "s" => 1000,
            _ => 1,
        };

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex BadStatus();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Half();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Most();
}
