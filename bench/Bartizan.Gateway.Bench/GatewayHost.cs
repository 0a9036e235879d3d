using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model;
using Bartizan.Log;
using Bartizan.Log.Disks;
using Bartizan.Records.Journals;

namespace Bartizan.Gateway.Bench;

/// <summary>
/// The model gateway as the daemon wires it: monitor, policy of fifty rules, and the journal with every intent synced to
/// disk and payloads encrypted. Only the sandbox is missing; the session is attached.
/// </summary>
internal sealed class GatewayHost : ISessions, ISessionTokens, ICredentialLender, IApprovals
{
    public const string Token = "bz-bench-token-0000000000000000";

    private readonly Session _session;

    private GatewayHost(Session session) => _session = session;

    public bool FleetRunning => true;

    public static async Task RunAsync(int callsPort, int eventsPort, int syncDelayMilliseconds)
    {
        var loaded = ManifestLoader.Load(Manifest(callsPort, eventsPort), "agent.yaml", _ => null);
        if (loaded.Manifest is not { } manifest)
        {
            throw new InvalidOperationException(string.Join('\n', loaded.Errors));
        }

        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "bench", false);
        control.Start();
        var state = Directory.CreateTempSubdirectory("bartizan-gateway-bench-").FullName;
        var delay = TimeSpan.FromMilliseconds(syncDelayMilliseconds);
        ILogDisk disk = delay == TimeSpan.Zero ? SystemDisk.Instance : new SlowDisk(SystemDisk.Instance, delay);
        try
        {
            var options = JournalOptions.In(state) with { Log = new LogOptions { Disk = disk } };
            await using var journal = await Journal.OpenAsync(options, TimeProvider.System, CancellationToken.None);
            var host = new GatewayHost(session);
            var monitor = new ReferenceMonitor(host, journal, host, [], TimeProvider.System, new MonitorOptions());
            await using var gateway = await ModelGateway.StartAsync(
                monitor,
                host,
                host,
                host,
                TimeProvider.System,
                new ModelGatewayOptions { MaxRequestsInFlight = 8192, MaxConnectionsPerListener = 8192 },
                CancellationToken.None
            );
            await Console.Out.WriteLineAsync(
                "LISTENING " + gateway.AttachEndpoint.Port.ToString(CultureInfo.InvariantCulture)
            );

            // Each line that comes in is answered with the counts so far.
            while (await Console.In.ReadLineAsync() is not null)
            {
                await Console.Out.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"COUNTS {journal.Log.Size} {journal.Log.Syncs}")
                );
            }
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    public Session? Find(SessionId id) => id == _session.Id ? _session : null;

    public SessionId? Verify(ReadOnlySpan<char> token) => token.SequenceEqual(Token) ? _session.Id : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ILease>(new Lease());

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Approval>(default);

    // `fake-model` goes to the answering upstream, `stream-model` to the one that streams.
    private static string Manifest(int callsPort, int eventsPort) =>
        $$"""
            apiVersion: bartizan/v1
            agent: bench
            version: 1
            owner: bench@example.com
            environment: development
            models:
              calls: { api: openai, url: "http://127.0.0.1:{{callsPort}}/v1", with: key }
              events: { api: openai, url: "http://127.0.0.1:{{eventsPort}}/v1", with: key }
              claude: { api: anthropic, url: "http://127.0.0.1:{{callsPort}}", with: key }
            credentials:
              key: { from: env:BENCH_KEY }
            rules:
              - allow: model calls/fake-*
                why: The benchmark calls it.
              - allow: model claude/fake-*
                why: The benchmark calls it.
              - allow: model events/stream-*
                why: The benchmark calls it.
            {{string.Concat(
                Enumerable.Range(0, 47).Select(i => $"  - deny: model calls/other-{i}-*\n    why: One of many.\n")
            )}}
            """;

    private sealed class Lease : ILease
    {
        private static readonly char[] Key = "sk-bench-provider-key".ToCharArray();

        public string Handle => "key";

        public void Apply(Action<ReadOnlyMemory<char>> use) => use(Key);

        public void Dispose() { }
    }
}
