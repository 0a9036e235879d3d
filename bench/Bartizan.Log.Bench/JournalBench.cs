using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log.Verification;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Verification;

namespace Bartizan.Log.Bench;

/// <summary>What entries cost: encoding, appending with and without a payload, recovering and verifying a million.</summary>
internal static class JournalBench
{
    private const int Encodings = 1_000_000;
    private const int Entries = 1_000_000;
    private const int InFlight = 64;
    private static readonly SessionId[] s_sessions = [.. Enumerable.Range(0, 100).Select(_ => SessionId.New())];

    public static async Task RunAsync(double seconds)
    {
        Encode();
        var home = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
        await using (var journal = await Journal.OpenAsync(JournalOptions.In(home), TimeProvider.System, default))
        {
            await AppendAsync(journal, seconds, payloadBytes: 0);
            await AppendAsync(journal, seconds, payloadBytes: 1024);
            for (var i = journal.Log.Size; i < Entries; i++)
            {
                await journal.PostAsync(EntryOf(i), default);
            }
        }

        var watch = Stopwatch.StartNew();
        var processor = ProcessorTime();
        await (await Journal.OpenAsync(JournalOptions.In(home), TimeProvider.System, default)).DisposeAsync();
        Say(
            $"open a journal of {Entries} entries, recovery included: {watch.ElapsedMilliseconds} ms, processor {(ProcessorTime() - processor).TotalMilliseconds:F0} ms"
        );
        watch.Restart();
        var verdict = await RecordVerifier.VerifyAsync(JournalOptions.In(home), new LogVerifierOptions(), default);
        Say($"verify it, payloads included: {watch.ElapsedMilliseconds} ms, holds: {verdict.Holds}");
        Directory.Delete(home, recursive: true);
    }

    private static void Encode()
    {
        var leaf = new byte[LogOptions.MaxLeafBytes];
        var entry = EntryOf(1);
        var length = 0;
        for (var round = 0; round < 3; round++)
        {
            var start = ProcessorTime();
            for (var i = 0; i < Encodings; i++)
            {
                length = EntryCodec.Encode(
                    entry,
                    new EntryStamp(DateTimeOffset.UnixEpoch, i, "bartizan/0011223344556677", i),
                    [],
                    leaf
                );
            }

            if (round == 2)
            {
                Say(
                    $"\nencode an entry of {length} bytes: {(ProcessorTime() - start).TotalMicroseconds / Encodings:F2} µs of processor"
                );
            }
        }
    }

    private static async Task AppendAsync(Journal journal, double seconds, int payloadBytes)
    {
        var payload = new byte[payloadBytes];
        var watch = Stopwatch.StartNew();
        var syncs = journal.Log.Syncs;
        var latencies = (
            await Task.WhenAll(
                Enumerable
                    .Range(0, InFlight)
                    .Select(async caller =>
                    {
                        var own = new List<double>();
                        while (watch.Elapsed.TotalSeconds < seconds)
                        {
                            var start = Stopwatch.GetTimestamp();
                            var entry = EntryOf(caller % 8);
                            await journal.AppendAsync(
                                payloadBytes == 0
                                    ? entry
                                    : entry with
                                    {
                                        Payloads = [new Payload("request", "application/json", payload)],
                                    },
                                default
                            );
                            own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                        }

                        return own;
                    })
            )
        ).SelectMany(own => own).Order().ToArray();
        Say(
            $"journal, {InFlight} in flight, 8 sessions, payload {payloadBytes} B: {latencies.Length / watch.Elapsed.TotalSeconds:F0} entries/s, p50 {latencies[latencies.Length / 2]:F2} ms, p99 {latencies[(int)(latencies.Length * 0.99)]:F2} ms, {latencies.Length / (double)(journal.Log.Syncs - syncs):F1} entries per sync"
        );
    }

    private static Entry EntryOf(long i) =>
        new()
        {
            Kind = i % 2 == 0 ? EntryKind.Intent : EntryKind.Outcome,
            Session = s_sessions[i / 2 % s_sessions.Length],
            Agent = "support-triage@3",
            Person = "uid:1000",
            Passage = (i / 2) + 1,
            Point = "model",
            Verb = Verb.Model,
            Target = "anthropic/claude-sonnet-4-5-20250929",
            Effect = Effect.Allow,
            Rules = [new RuleReference("manifest", "allow: model anthropic/claude-*", "", "agent.yaml:12:5")],
            Policy = Digest.Of("policy"u8),
            Credential = "anthropic-key",
            Outcome = i % 2 == 0 ? null : OutcomeKind.Done,
        };

    private static TimeSpan ProcessorTime() => Process.GetCurrentProcess().TotalProcessorTime;

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
