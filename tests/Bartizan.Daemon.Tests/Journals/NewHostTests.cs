using System.Threading.Channels;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Journals;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Tests.Journals;

/// <summary>A host that an agent opens for the first time is told, once there is something to compare with.</summary>
public sealed class NewHostTests
{
    private readonly MemoryLog _log = new();
    private readonly NewHosts _journal;

    public NewHostTests() => _journal = new NewHosts(_log, new OpenedHosts(), TimeProvider.System);

    [Fact]
    public async Task A_first_session_only_learns_and_the_next_is_told_of()
    {
        await RunAsync("one@1", "a.example:443", "b.example:443");
        Told().ShouldBeEmpty();

        await RunAsync("one@1", "a.example:443", "c.example:443", "c.example:443", "b.example:8443");

        Told().ShouldBe(["one@1 c.example"]);
    }

    [Fact]
    public async Task A_new_version_is_the_same_agent_and_another_name_is_another()
    {
        await RunAsync("one@1", "a.example:443");
        await RunAsync("two@1", "b.example:443");

        await RunAsync("one@2", "a.example:443", "b.example:443");

        Told().ShouldBe(["one@2 b.example"]);
    }

    /// <summary>Two that are started together have nobody before them.</summary>
    [Fact]
    public async Task Sessions_that_began_before_any_was_over_only_learn()
    {
        var (first, second) = (SessionId.New(), SessionId.New());
        await OpenAsync(first, "one@1", "a.example:443");
        await OpenAsync(second, "one@1", "b.example:443");
        await EndAsync(first);
        await OpenAsync(second, "one@1", "c.example:443");
        Told().ShouldBeEmpty();
        await EndAsync(second);

        await RunAsync("one@1", "a.example:443", "b.example:443", "c.example:443", "d.example:443");

        Told().ShouldBe(["one@1 d.example"]);
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_with_what_the_log_says()
    {
        var opened = new OpenedHosts();
        opened.Add("one", "a.example");
        var journal = new NewHosts(_log, opened, TimeProvider.System);
        var session = SessionId.New();
        await journal.AppendAsync(Intent(session, "one@3", Verb.Connect, "a.example:443"), default);
        await journal.AppendAsync(
            Intent(session, "one@3", Verb.Http, "GET https://b.example:443/x:y/z.example"),
            default
        );
        await journal.AppendAsync(Intent(session, "one@3", Verb.Connect, "[2001:db8::1]:443"), default);
        await journal.AppendAsync(Intent(session, "one@3", Verb.Tool, "forge/fetch"), default);
        await journal.AppendAsync(Intent(session, "one@3", Verb.Tool, "forge/push"), default);

        Told().ShouldBe(["one@3 b.example", "one@3 [2001:db8::1]", "one@3 forge"]);
    }

    [Fact]
    public async Task What_is_refused_or_opens_no_host_is_none()
    {
        await RunAsync("one@1", "a.example:443");
        var intent = Intent(SessionId.New(), "one@1", Verb.Connect, "b.example:443");
        await _journal.AppendAsync(intent with { Point = "hook" }, default);
        await _journal.AppendAsync(intent with { Point = "tool", Verb = Verb.Tool, Target = "x/y" }, default);
        await _journal.PostAsync(intent with { Kind = EntryKind.Refusal }, default);
        await _journal.PostAsync(intent with { Kind = EntryKind.Outcome }, default);

        Told().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_makes_hosts_up_under_a_wildcard_floods_neither_the_log_nor_the_memory()
    {
        await RunAsync("one@1", "a.example:443");
        await RunAsync("one@1", [.. Enumerable.Range(0, OpenedHosts.MaxHosts + 100).Select(i => $"h{i}.example:443")]);

        var told = Told();
        told.Count.ShouldBe(NewHosts.MaxOfSession);
        _last!.Reason!.ShouldContain("of further hosts that are new in this session nothing is told");
        _journal.Shown.Count.ShouldBe(NewHosts.MaxShown);
        _journal.Shown[^1].Host.ShouldBe($"h{NewHosts.MaxOfSession - 1}.example");

        // What there is no room to remember is new each time: never silent.
        await RunAsync("one@1", "h5000.example:443", "a.example:443");
        await RunAsync("one@1", $"h{OpenedHosts.MaxHosts + 50}.example:443");
        Told().ShouldBe(["one@1 h5000.example", $"one@1 h{OpenedHosts.MaxHosts + 50}.example"]);
    }

    [Fact]
    public async Task Of_an_agent_for_which_there_is_no_room_everything_is_told()
    {
        var opened = new OpenedHosts();
        for (var i = 0; i < OpenedHosts.MaxAgents; i++)
        {
            opened.Add($"agent{i}", "a.example");
        }

        var journal = new NewHosts(_log, opened, TimeProvider.System);
        await journal.AppendAsync(Intent(SessionId.New(), "more@1", Verb.Connect, "a.example:443"), default);

        Told().ShouldBe(["more@1 a.example"]);
    }

    private async Task RunAsync(string agent, params string[] targets)
    {
        var session = SessionId.New();
        foreach (var target in targets)
        {
            await OpenAsync(session, agent, target);
        }

        await EndAsync(session);
    }

    private async Task OpenAsync(SessionId session, string agent, string target) =>
        await _journal.AppendAsync(Intent(session, agent, Verb.Connect, target), default);

    private async Task EndAsync(SessionId session) =>
        await _journal.AppendAsync(
            new Entry
            {
                Kind = EntryKind.State,
                Session = session,
                Detail = "ended: lost",
            },
            default
        );

    private Entry? _last;

    private List<string> Told()
    {
        var told = new List<string>();
        while (_log.Entries.Reader.TryRead(out var entry))
        {
            if (entry.Kind == EntryKind.Finding)
            {
                entry.Detail.ShouldBe("new-host low 1");
                told.Add($"{entry.Agent} {entry.Target}");
                _last = entry;
            }
        }

        return told;
    }

    private static Entry Intent(SessionId session, string agent, Verb verb, string target) =>
        new()
        {
            Kind = EntryKind.Intent,
            Session = session,
            Agent = agent,
            Point = AgentAction.EgressPoint,
            Verb = verb,
            Target = target,
        };

    private sealed class MemoryLog : IJournal
    {
        public Channel<Entry> Entries { get; } = Channel.CreateUnbounded<Entry>();

        public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
        {
            Entries.Writer.TryWrite(entry);
            return ValueTask.FromResult(0L);
        }

        public async ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) =>
            await AppendAsync(entry, cancellationToken);
    }
}
