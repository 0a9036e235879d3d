using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Tests.Approvals;

/// <summary>Labels come off by the word of those whom the manifest names, and of nobody else.</summary>
public sealed class LabelDeskTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-labels-").FullName;
    private readonly MemoryJournal _journal = new();
    private readonly LiveSessions _sessions = new();
    private readonly ManualClock _clock = new();
    private bool _isLost;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public LabelDeskTests() => File.WriteAllText(Path.Combine(_home, EnrolledPeople.FileName), AskScene.Everybody);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task One_whom_the_manifest_names_takes_a_label_off_and_the_entry_is_there_before()
    {
        var (desk, live) = Open("{ by: [alice, bob] }");
        var before = Labels.None;
        _journal.Before = (_, _) =>
        {
            before = live.Session.Labels;
            return Task.CompletedTask;
        };

        var reply = await ClearAsync(desk, live, AskScene.Alice);

        reply.Done.ShouldBeTrue();
        before.ShouldBe(Labels.Untrusted);
        live.Session.Labels.ShouldBe(Labels.None);
        var entry = _journal.Entries.ShouldHaveSingleItem();
        entry.Kind.ShouldBe(EntryKind.Approval);
        entry.Person.ShouldBe(AskScene.Alice);
        entry.Reason.ShouldBe("looked at it");
        LabelClearance.Of(entry).ShouldBe(Labels.Untrusted);
    }

    [Theory]
    [InlineData("{ by: [alice, bob] }", AskScene.Cy, "don't name")]
    [InlineData("{ by: [alice, bob] }", AskScene.Mallory, "not enrolled")]
    [InlineData("{ by: [alice, dora], separate: [starter] }", AskScene.Dora, "started the session")]
    [InlineData("{ by: [alice, bob], separate: [author] }", AskScene.Bob, "wrote the manifest")]
    [InlineData("", AskScene.Dora, "lets nobody")]
    [InlineData("", AskScene.Alice, "lets nobody")]
    public async Task Nobody_else_does(string terms, string account, string says)
    {
        var (desk, live) = Open(terms);

        (await RefusedAsync(desk, live, account)).ShouldContain(says);
        live.Session.Labels.ShouldBe(Labels.Untrusted);
        _journal.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_have_to_say_so_of_the_same_thing()
    {
        var (desk, live) = Open("{ by: [alice, bob, cy], quorum: 2 }");
        (await ClearAsync(desk, live, AskScene.Alice)).Done.ShouldBeFalse();
        (await RefusedAsync(desk, live, AskScene.Alice)).ShouldContain("already");
        live.Session.AddLabels(Labels.Untrusted, "tool web/other");

        // Alice didn't see what has come meanwhile.
        (await ClearAsync(desk, live, AskScene.Bob)).Done.ShouldBeFalse();
        live.Session.Labels.ShouldBe(Labels.Untrusted);
        (await ClearAsync(desk, live, AskScene.Cy)).Done.ShouldBeTrue();
        live.Session.Labels.ShouldBe(Labels.None);
        _journal.Entries.Select(LabelClearance.Of).ShouldBe([Labels.None, Labels.None, Labels.Untrusted]);
    }

    [Fact]
    public async Task A_first_word_does_not_outlive_the_account_that_said_it()
    {
        var (desk, live) = Open("{ by: [alice, bob], quorum: 2 }");
        (await ClearAsync(desk, live, AskScene.Alice)).Done.ShouldBeFalse();
        _isLost = true;

        (await ClearAsync(desk, live, AskScene.Bob)).Done.ShouldBeFalse();
        live.Session.Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task A_first_word_lapses()
    {
        var (desk, live) = Open("{ by: [alice, bob], quorum: 2, within: 5m }");
        (await ClearAsync(desk, live, AskScene.Alice)).Done.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMinutes(6));

        (await ClearAsync(desk, live, AskScene.Bob)).Done.ShouldBeFalse();
        live.Session.Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task What_is_met_while_the_entry_is_written_keeps_the_label()
    {
        var (desk, live) = Open("{ by: alice }");
        _journal.Before = (_, _) =>
        {
            _journal.Before = null;
            live.Session.AddLabels(Labels.Untrusted, "tool web/fetch");
            return Task.CompletedTask;
        };

        var reply = await ClearAsync(desk, live, AskScene.Alice);

        reply.Done.ShouldBeFalse();
        reply.Says.ShouldContain("stays untrusted");
        live.Session.Labels.ShouldBe(Labels.Untrusted);
        _journal.Entries.Select(LabelClearance.Of).ShouldBe([Labels.Untrusted, Labels.None]);
        _journal.Entries.Select(LabelClearance.KeptOf).ShouldBe([Labels.None, Labels.Untrusted]);
    }

    [Fact]
    public async Task Nobody_has_seen_what_is_still_to_come()
    {
        var (desk, live) = Open("{ by: alice }");
        var request = new LabelsRequest
        {
            Session = live.Session.Id.ToString(),
            Label = "untrusted",
            Why = "looked at it",
            Seen = 999_999,
        };

        (
            await Should.ThrowAsync<ControlException>(() => desk.ClearAsync(request, AskScene.Alice, Cancel))
        ).Problem.Error.ShouldContain("nobody has seen number 999999");
        live.Session.Labels.ShouldBe(Labels.Untrusted);
        _journal.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_takes_nothing_leaves_the_label()
    {
        var (desk, live) = Open("{ by: alice }");
        _journal.Before = (_, _) => throw new IOException("the disk is full");

        await Should.ThrowAsync<IOException>(() => ClearAsync(desk, live, AskScene.Alice));
        live.Session.Labels.ShouldBe(Labels.Untrusted);
    }

    [Theory]
    [InlineData("untrusted, private")]
    [InlineData("all")]
    [InlineData("3")]
    [InlineData("")]
    public async Task One_label_at_a_time(string label)
    {
        var (desk, live) = Open("{ by: alice }");
        var request = new LabelsRequest
        {
            Session = live.Session.Id.ToString(),
            Label = label,
            Why = "looked at it",
            Seen = long.MaxValue,
        };

        (
            await Should.ThrowAsync<ControlException>(() => desk.ClearAsync(request, AskScene.Alice, Cancel))
        ).Problem.Error.ShouldContain("is no label");
    }

    private (LabelDesk Desk, LiveSession Live) Open(string terms)
    {
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\nenvironment: development\nrules:\n"
                + "  - { allow: \"connect a.test:443\", why: It looks things up. }\n"
                + "trust:\n  untrusted: [\"tool web/*\"]\n"
                + (terms.Length == 0 ? "" : $"  declassify: {terms}\n"),
            "agent.yaml",
            _ => null
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        var manifest = load.Manifest!;
        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            AskScene.Dora,
            false
        );
        control.Start();
        var live = new LiveSession(control, _clock.GetUtcNow(), "run", new SessionTally()) { Authors = ["bob"] };
        _sessions.Add(live);
        session.AddLabels(Labels.Untrusted, "tool web/fetch");
        return (
            new LabelDesk(_sessions, _journal, () => EnrolledPeople.Load(_home), _clock, _ => () => !_isLost),
            live
        );
    }

    private static Task<LabelsReply> ClearAsync(LabelDesk desk, LiveSession live, string account) =>
        desk.ClearAsync(
            new LabelsRequest
            {
                Session = live.Session.Id.ToString(),
                Label = "untrusted",
                Why = "looked at it",
                Seen = live.Session.ReadLabels().Number,
            },
            account,
            Cancel
        );

    private static async Task<string> RefusedAsync(LabelDesk desk, LiveSession live, string account) =>
        (await Should.ThrowAsync<ControlException>(() => ClearAsync(desk, live, account))).Problem.Error;
}
