using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Bartizan.Client;
using Bartizan.Client.Sessions;

namespace Bartizan.Gateway.Bench;

/// <summary>
/// The switch as a person throws it: an instance of its own, fifty attached streams busy, and a session in the middle of a stream of its own is killed,
/// by the command <c>bartizan kill</c> and by the control API alone. Measured at the client's socket, from the start of the command (or the sending of the
/// request) to the last byte that came.
/// </summary>
internal sealed class CommandKill(string program, string home, Uri events)
{
    private const int Runs = 40;
    private const int Busy = 50;

    /// <summary>Of the command a person waits for its start too; of the request, the switch's own goal.</summary>
    private const double GoalMilliseconds = 100;

    private readonly string _manifest = Path.Combine(home, "bench.yaml");

    public async Task<int> RunAsync()
    {
        await File.WriteAllTextAsync(
            _manifest,
            $$"""
            apiVersion: bartizan/v1
            agent: bench
            version: 1
            owner: bench@example.com
            environment: development
            models:
              events: { api: openai, url: "{{events}}v1" }
            rules:
              - allow: model events/stream-*
                why: The benchmark calls it.
            """
        );
        await SayAsync("up");
        try
        {
            using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
            using var end = new CancellationTokenSource();
            var (_, busyUrl, busyToken) = await AttachAsync();
            var busy = Enumerable.Range(0, Busy).Select(_ => DrainAsync(http, busyUrl, busyToken, end.Token)).ToArray();
            using var control = new ControlClient(new ControlAddress(home));
            var byCommand = await MeasureAsync(http, session => SayAsync("kill", session), end.Token);
            var byRequest = await MeasureAsync(
                http,
                session => control.KillAsync(new SwitchRequest { Session = session }, CancellationToken.None),
                end.Token
            );
            await end.CancelAsync();
            var passed = (await Task.WhenAll(busy)).Sum();
            await Console.Out.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    | {Runs} kills of an instance's session with {Busy} streams busy ({passed} reads of theirs) | p50 | max |
                    |---|---|---|
                    | last byte after `bartizan kill` was started | {byCommand[Runs / 2]:F1} ms | {byCommand[
                        ^1
                    ]:F1} ms |
                    | last byte after the control API was asked | {byRequest[Runs / 2]:F1} ms | {byRequest[^1]:F1} ms |

                    goal: last byte after the control API was asked, max ≤ {GoalMilliseconds} ms: {(
                        byRequest[^1] <= GoalMilliseconds && passed > 0 ? "pass" : "MISS"
                    )}
                    """
                )
            );
            return byRequest[^1] <= GoalMilliseconds && passed > 0 ? 0 : 1;
        }
        finally
        {
            await SayAsync("down");
        }
    }

    private async Task<List<double>> MeasureAsync(
        HttpMessageInvoker http,
        Func<string, Task> kill,
        CancellationToken cancellationToken
    )
    {
        var lasts = new List<double>(Runs);
        for (var run = 0; run < Runs; run++)
        {
            var (session, url, token) = await AttachAsync();
            using var response = await http.SendAsync(BusyStream.Request(url, token, isFast: true), cancellationToken);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            for (var i = 0; i < 20 + run; i++)
            {
                if (await body.ReadAsync(buffer, cancellationToken) == 0)
                {
                    throw new InvalidOperationException("the stream ended before it was killed");
                }
            }

            var thrown = Stopwatch.GetTimestamp();
            var killing = Task.Run(() => kill(session), CancellationToken.None);
            var last = thrown;
            try
            {
                while (await body.ReadAsync(buffer, cancellationToken) > 0)
                {
                    last = Stopwatch.GetTimestamp();
                }
            }
            catch (IOException)
            {
                // Cut: that is how it ends.
            }

            lasts.Add(Stopwatch.GetElapsedTime(thrown, last).TotalMilliseconds);
            await killing;
        }

        lasts.Sort();
        return lasts;
    }

    private static async Task<long> DrainAsync(
        HttpMessageInvoker http,
        Uri url,
        string token,
        CancellationToken cancellationToken
    )
    {
        var passed = 0L;
        try
        {
            using var response = await http.SendAsync(BusyStream.Request(url, token, isFast: false), cancellationToken);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
                passed++;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The bench is over.
        }

        return passed;
    }

    private async Task<(string Session, Uri Url, string Token)> AttachAsync()
    {
        var reply = JsonNode.Parse(await SayAsync("attach", "-m", _manifest, "--json"))!;
        return (
            (string)reply["session"]!,
            new Uri($"{(string)reply["endpoints"]!["openai"]!}/chat/completions"),
            (string)reply["token"]!
        );
    }

    private async Task<string> SayAsync(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. words])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment[ControlAddress.HomeVariable] = home;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"`bartizan {words[0]}` ended with {process.ExitCode}");
    }
}
