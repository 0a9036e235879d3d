using System.Collections.Concurrent;
using System.Net.Security;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Identity;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Serving;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Inbound;
using Bartizan.Records.Evidence;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Tokens;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>The sessions of a served agent's users, with the real owner, tokens and lender, and a log in memory.</summary>
internal sealed class ServedScene : IJournal, ICertificateMint, IAsyncDisposable
{
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(4);

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-served-").FullName;
    private readonly ApprovalInbox _inbox;
    private readonly Rooms _rooms;

    public ServedScene(int most = 8)
    {
        var path = Path.Combine(_home, "agent.yaml");
        var text = $$"""
            apiVersion: bartizan/v1
            agent: served
            version: 1
            owner: somebody@example.com
            environment: development
            serve:
              listen: 127.0.0.1:0
              upstream: http://127.0.0.1:9000
              callers: { anonymous: Tests call it. }
              sessions: { idle: 4m, most: {{most}} }
            rules:
              - allow: serve GET /health
                why: It is asked whether it is up.
            """;
        File.WriteAllText(path, text);
        var load = ManifestFiles.Load(path);
        load.Errors.ShouldBeEmpty();
        _inbox = new ApprovalInbox(this, _ => [], () => EnrolledPeople.Load(_home), Clock);
        _rooms = new Rooms
        {
            Clock = Clock,
            Sessions = Sessions,
            Journal = this,
            Owner = new SessionOwner(Sessions, this, Tokens.Revoke),
            Tokens = Tokens,
            Lender = new CredentialLender(),
            Pins = new PinBooks(_home),
            Policies = new KeptPolicies(Path.Combine(_home, "policies")),
            Terminals = new Terminals(_inbox),
            Mint = this,
            Monitor = new ReferenceMonitor(Sessions, this, _inbox, [], Clock, new MonitorOptions()),
            State = null!,
            NewHosts = null!,
            Identity = null!,
            Callers = null!,
            Users = null!,
            Vault = null!,
            Placeholders = null!,
            Ledger = null!,
            Inbox = _inbox,
            Stores = null!,
            Labels = null!,
            Circuits = null!,
            Models = null!,
            Tools = null!,
            Egress = null!,
            Roles = null!,
            Databases = null!,
            Backend = null!,
            Containers = null!,
            Erasures = null!,
            Retention = null!,
            Custody = null!,
            Workspaces = null!,
            Exports = null!,
            Reading = null!,
            Console = null!,
        };
        Served = new ServedSessions(
            _rooms,
            new ServedAgent(path, text, load.Manifest!, new Dictionary<string, string>(), "operator")
            {
                SearchPath = "",
            },
            () => new AttachEndpoints("http://a", "http://o", "http://e", new McpEndpoints())
        );
    }

    public ManualClock Clock { get; } = new();

    public LiveSessions Sessions { get; } = new();

    public SessionTokens Tokens { get; } = new();

    public ServedSessions Served { get; }

    public ConcurrentQueue<Entry> Entries { get; } = new();

    /// <summary>Runs before an entry is written.</summary>
    public Func<Entry, Task> Before { get; set; } = _ => Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Caller Of(string name, string facts = "") =>
        new(CallerKind.Token, name, new EndUser("i", name, $"user:{name}", AttributeSet.Empty), facts);

    public async Task<ServedSession?> EnterAsync(Caller caller, CancellationToken? cancellationToken = null) =>
        await Served.EnterAsync(caller, cancellationToken ?? Cancel).AsTask().WaitAsync(Wait.Long, Cancel);

    public Task KillAsync(SessionId session) => _rooms.Owner.KillAsync(session, "alice", "enough", Cancel);

    /// <summary>Comes back when a session is recorded as ended, with why.</summary>
    public async Task<string> EndedAsync(SessionId session)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        while (true)
        {
            if (Entries.FirstOrDefault(one => one.Session == session && one.Detail == "ended") is { } entry)
            {
                return entry.Reason ?? "";
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    /// <summary>Comes back when a caller is let in.</summary>
    public async Task UntilEntersAsync(Caller caller)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        while (await EnterAsync(caller) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        await Before(entry);
        Entries.Enqueue(entry);
        return Entries.Count;
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    public string AuthorityOf(SessionId session) => throw new NotSupportedException();

    public SslStreamCertificateContext Certify(SessionId session, HostName host) => throw new NotSupportedException();

    public void Forget(SessionId session) { }

    public async ValueTask DisposeAsync()
    {
        await Served.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
