using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Erasures;

namespace Bartizan.Daemon.Tests.Approvals;

/// <summary>A monitor and its inbox, one running session that dora started, and people who answer.</summary>
internal sealed class AskScene : ISessions, IJournal, IAskListener, IDisposable
{
    public const string Alice = "uid:4201";
    public const string Bob = "uid:4202";
    public const string Cy = "uid:4203";
    public const string Dora = "uid:4204";
    public const string Mallory = "uid:4666";

    public const string Everybody =
        "people:\n  - { name: alice, uid: 4201 }\n  - { name: bob, uid: 4202 }\n  - { name: cy, uid: 4203 }\n  - { name: dora, uid: 4204 }\n";

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-asks-").FullName;
    private readonly Channel<WaitingAsk> _raised = Channel.CreateUnbounded<WaitingAsk>();
    private readonly List<Session> _sessions = [];
    private readonly List<Entry> _entries = [];

    private AskScene(string approval)
    {
        Enrol(Everybody);
        (Session, Control) = Open(approval);
        Inbox = new ApprovalInbox(
            this,
            id => Authors,
            () =>
            {
                PeopleRead++;
                return EnrolledPeople.Load(_home);
            },
            Clock,
            name => () => !Lost.Contains(name)
        );
        Inbox.Tell(this);
        Monitor = new ReferenceMonitor(this, this, Inbox, [], Clock, new MonitorOptions());
    }

    public ManualClock Clock { get; } = new();

    public Session Session { get; }

    public SessionControl Control { get; }

    public ApprovalInbox Inbox { get; }

    public ReferenceMonitor Monitor { get; }

    public ImmutableHashSet<string> Authors { get; set; } = [];

    public bool FleetRunning => true;

    /// <summary>How often the list of people was read.</summary>
    public int PeopleRead { get; private set; }

    /// <summary>Names whose accounts at the console aren't what they were.</summary>
    public HashSet<string> Lost { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs before an entry is written.</summary>
    public Func<Entry, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A scene whose rule asks under terms; empty for none.</summary>
    public static AskScene With(string approval = "") => new(approval);

    public static Policy PolicyOf(string approval) => Policy.Compile(ManifestOf(approval));

    public (Session Session, SessionControl Control) Open(string approval, string person = Dora)
    {
        var manifest = ManifestOf(approval);
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), person, false);
        control.Start().ShouldBeTrue();
        lock (_sessions)
        {
            _sessions.Add(session);
        }

        return (session, control);
    }

    public void Enrol(string people) => File.WriteAllText(Path.Combine(_home, EnrolledPeople.FileName), people);

    public Task<Passage> RequestAsync(
        string arguments = """{"to":"main"}""",
        Session? session = null,
        string tool = "merge",
        Func<AgentAction, JsonElement, Redraft>? redrafted = null,
        CancellationToken cancellationToken = default
    )
    {
        var action = new AgentAction
        {
            Session = (session ?? Session).Id,
            Target = new ToolTarget("git", tool),
            Point = "tools",
            Arguments = JsonElement.Parse(arguments),
        };
        if (redrafted is not null)
        {
            var asked = action;
            action = asked with { Redrafted = draft => redrafted(asked, draft) };
        }

        return Monitor.RequestAsync(action, cancellationToken).AsTask();
    }

    /// <summary>The next ask that waits.</summary>
    public async Task<AnswerRequest> RaisedAsync()
    {
        var ask = await _raised.Reader.ReadAsync(Cancel);
        return Yes(ask.Request.Id, ask.Request.Digest.ToString());
    }

    public static AnswerRequest Yes(string id, string digest) =>
        new()
        {
            Id = id,
            Digest = digest,
            Granted = true,
        };

    public Task<AnswerReply> AnswerAsync(AnswerRequest answer, string person) =>
        Inbox.AnswerAsync(answer, person, Cancel);

    /// <summary>Why an answer didn't count.</summary>
    public async Task<string> RefusedAsync(AnswerRequest answer, string person) =>
        (await Should.ThrowAsync<ControlException>(() => AnswerAsync(answer, person))).Problem.Error;

    /// <summary>What must be true when nothing was approved: no passage and no intent.</summary>
    public async Task ShouldBeRefusedAsync(Task<Passage> request)
    {
        await using var passage = await request;
        passage.Granted.ShouldBeFalse();
        Entries.ShouldNotContain(entry => entry.Kind == EntryKind.Intent);
    }

    /// <summary>Refuses what waits, so that the test ends.</summary>
    public async Task EndAsync(Task<Passage> request)
    {
        Control.End();
        await ShouldBeRefusedAsync(request);
    }

    public IEnumerable<Entry> Approvals => Entries.Where(entry => entry.Kind == EntryKind.Approval);

    /// <summary>What ties an answer to its ask, as who holds the entry's payload reads it.</summary>
    public static AskProof ProofOf(Entry entry)
    {
        using var proof = JsonDocument.Parse(entry.Payloads.Single(one => one.Role == AskProof.Role).Content);
        var told = proof.RootElement;
        Digest.TryParse(told.GetProperty("action").GetString()!, out var action).ShouldBeTrue();
        return new AskProof(told.GetProperty("ask").GetInt64(), told.GetProperty("salt").GetString()!, action);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    void IAskListener.Raise(WaitingAsk ask) => _raised.Writer.TryWrite(ask);

    Session? ISessions.Find(SessionId id)
    {
        lock (_sessions)
        {
            return _sessions.Find(session => session.Id == id);
        }
    }

    async ValueTask<long> IJournal.AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        await Before(entry);
        lock (_entries)
        {
            _entries.Add(entry);
            return _entries.Count;
        }
    }

    async ValueTask IJournal.PostAsync(Entry entry, CancellationToken cancellationToken) =>
        await ((IJournal)this).AppendAsync(entry, cancellationToken);

    private static Manifest ManifestOf(string approval)
    {
        var terms = approval.Length == 0 ? "" : $"    approval: {approval}\n";
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\ngroups: { team: [alice, bob, cy, dora] }\nrules:\n"
                + $"  - ask: exec x\n    why: Tools are not served yet.\n"
                + $"  - ask: connect a.test:443\n{terms}    why: It costs.\n",
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldBeEmpty();

        // Tool rules are made here: a file of this version may hold them only beside servers.
        var manifest = load.Manifest!;
        var asking = manifest.Layers[^1].Rules[^1] with { Verb = Verb.Tool, Pattern = "git/*" };
        return manifest with { Layers = [new RuleLayer("manifest", IsCeiling: false, [asking])] };
    }
}
