using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model;
using Bartizan.Records.Journals;

namespace Bartizan.Gateway.Bench;

/// <summary>
/// The switch in the middle of a stream: fifty streams of one session are busy, a session of its own streams an event a millisecond, and is
/// killed. Measured at the client's socket, from the switch to the last byte that came, and to the end of its connection.
/// </summary>
internal sealed class KillBench : ISessions, ISessionTokens, ICredentialLender, IApprovals
{
    private const int Runs = 200;
    private const int Busy = 50;
    private const double GoalMilliseconds = 100;

    private readonly ConcurrentDictionary<string, Session> _byToken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SessionId, Session> _sessions = new();

    public bool FleetRunning => true;

    public static async Task<int> RunAsync(Uri events)
    {
        var bench = new KillBench();
        var state = Directory.CreateTempSubdirectory("bartizan-kill-bench-").FullName;
        try
        {
            await using var journal = await Journal.OpenAsync(
                JournalOptions.In(state),
                TimeProvider.System,
                CancellationToken.None
            );
            var monitor = new ReferenceMonitor(bench, journal, bench, [], TimeProvider.System, new MonitorOptions());
            await using var gateway = await ModelGateway.StartAsync(
                monitor,
                bench,
                bench,
                bench,
                TimeProvider.System,
                new ModelGatewayOptions(),
                CancellationToken.None
            );
            var url = new Uri($"http://{gateway.AttachEndpoint}/v1/chat/completions");
            return await bench.MeasureAsync(url, Load(events));
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    public SessionId? Verify(ReadOnlySpan<char> token) =>
        _byToken.TryGetValue(token.ToString(), out var session) ? session.Id : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        throw new CredentialUnavailableException("none is needed here");

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Approval>(default);

    private async Task<int> MeasureAsync(Uri url, Manifest manifest)
    {
        using var client = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }
        );
        using var end = new CancellationTokenSource();
        _ = Open(manifest, "busy");
        var passed = new long[Busy];
        var busy = Enumerable.Range(0, Busy).Select(i => DrainAsync(client, url, passed, i, end.Token)).ToArray();
        var lasts = new List<double>(Runs);
        var ends = new List<double>(Runs);
        for (var run = 0; run < Runs; run++)
        {
            var token = string.Create(CultureInfo.InvariantCulture, $"killed-{run}");
            var control = Open(manifest, token);
            using var response = await client.SendAsync(BusyStream.Request(url, token, isFast: true), end.Token);
            var body = await response.Content.ReadAsStreamAsync(end.Token);
            var (last, over) = await KillAsync(body, control, events: 20 + (run % 20));
            lasts.Add(last);
            ends.Add(over);
        }

        await end.CancelAsync();
        await Task.WhenAll(busy);
        var isBusy = passed.All(count => count > 0);
        return await TellAsync(lasts, ends, passed.Sum(), isBusy);
    }

    // The clock of the reads is the switch's own: one process, one monotonic clock.
    private static async Task<(double Last, double Over)> KillAsync(Stream body, SessionControl control, int events)
    {
        var buffer = new byte[4096];
        var killed = 0L;
        var last = 0L;
        try
        {
            for (var i = 0; ; i++)
            {
                if (i == events)
                {
                    _ = Task.Run(() =>
                    {
                        Volatile.Write(ref killed, Stopwatch.GetTimestamp());
                        control.End();
                    });
                }

                if (await body.ReadAsync(buffer) == 0)
                {
                    break;
                }

                last = Stopwatch.GetTimestamp();
            }
        }
        catch (IOException)
        {
            // The connection is cut: that is how it ends.
        }

        var over = Stopwatch.GetTimestamp();
        var from = Volatile.Read(ref killed);
        return (
            Math.Max(0, Stopwatch.GetElapsedTime(from, last).TotalMilliseconds),
            Stopwatch.GetElapsedTime(from, over).TotalMilliseconds
        );
    }

    private static async Task DrainAsync(
        HttpMessageInvoker client,
        Uri url,
        long[] passed,
        int index,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var response = await client.SendAsync(
                BusyStream.Request(url, "busy", isFast: false),
                cancellationToken
            );
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
                passed[index]++;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The bench is over.
        }
    }

    private static async Task<int> TellAsync(List<double> lasts, List<double> ends, long passed, bool isBusy)
    {
        lasts.Sort();
        ends.Sort();
        var met = At(lasts, 0.99) <= GoalMilliseconds && isBusy;
        await Console.Out.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                | {Runs} kills with {Busy} streams busy ({passed} reads of theirs) | p50 | p99 | max |
                |---|---|---|---|
                | last byte after the switch | {At(lasts, 0.5):F2} ms | {At(lasts, 0.99):F2} ms | {lasts[^1]:F2} ms |
                | connection cut after the switch | {At(ends, 0.5):F2} ms | {At(ends, 0.99):F2} ms | {ends[^1]:F2} ms |

                goal: last byte p99 ≤ {GoalMilliseconds} ms: {(met ? "pass" : "MISS")}
                """
            )
        );
        return met ? 0 : 1;
    }

    private static double At(List<double> sorted, double share) =>
        sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    private static Manifest Load(Uri events) =>
        ManifestLoader
            .Load(
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
                """,
                "agent.yaml",
                _ => null
            )
            .Manifest
        ?? throw new InvalidOperationException("the bench's manifest doesn't load");

    private SessionControl Open(Manifest manifest, string token)
    {
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "bench", false);
        control.Start();
        _sessions[session.Id] = session;
        _byToken[token] = session;
        return control;
    }
}
