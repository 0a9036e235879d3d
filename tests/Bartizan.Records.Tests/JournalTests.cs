using System.Text;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Tests;

public sealed class JournalTests : TemporaryRecord
{
    [Fact]
    public async Task An_appended_entry_reads_back_as_it_was()
    {
        var entry = Intent(passage: 7) with
        {
            Rules = [new RuleReference("manifest", "allow: connect example.com:443", "", "agent.yaml:3:5")],
            Labels = Labels.Untrusted | Labels.Secret,
            Observed = true,
            Needed = "allow: connect example.com:443",
            Policy = Digest.Of("policy"u8),
        };
        await using (var journal = await OpenAsync())
        {
            (await journal.AppendAsync(entry, default)).ShouldBe(0);
        }

        var row = (await RowsAsync()).ShouldHaveSingleItem();
        row.Entry.Rules.ShouldBe(entry.Rules);
        (row.Entry with { Rules = entry.Rules, ToolCalls = entry.ToolCalls, Payloads = entry.Payloads }).ShouldBe(
            entry
        );
        row.Stamp.Sequence.ShouldBe(0);
        row.Stamp.Previous.ShouldBeNull();
    }

    [Fact]
    public async Task Entries_of_aSession_link_to_the_one_before_also_after_a_restart()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(1), default);
            await journal.AppendAsync(new Entry { Kind = EntryKind.Instance, Detail = "started" }, default);
            await journal.AppendAsync(Intent(2), default);
        }

        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(3), default);
        }

        var rows = await RowsAsync();
        rows.Select(row => row.Stamp.Previous).ShouldBe([null, null, 0, 2]);
        rows.Select(row => row.Stamp.Sequence).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task Which_hosts_an_agent_was_let_to_open_is_known_after_a_restart_whatever_its_version()
    {
        var refused = Refusal("refused.example:443") with { Point = "egress" };
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(1, "a.example:443"), default);
            await journal.AppendAsync(Intent(2, "GET https://b.example:443/\"x\"/c.example", Verb.Http), default);
            await journal.AppendAsync(Intent(3, "[2001:db8::1]:443") with { Agent = "triage@4" }, default);
            await journal.AppendAsync(Intent(4, "forge/fetch", Verb.Tool), default);
            await journal.AppendAsync(Intent(5, "e.example:443") with { Agent = "dé\"s@1" }, default);
            await journal.AppendAsync(Intent(6, "hook.example:443") with { Point = "hook" }, default);
            await journal.AppendAsync(
                Intent(7, $"GET http://f.example:80/{new string('f', 4000)}", Verb.Http),
                default
            );
            await journal.AppendAsync(refused, default);
        }

        await using (var journal = await OpenAsync())
        {
            var hosts = journal.Recovery.Hosts;
            hosts.Agents.ShouldBe(["triage", "dé\"s"], ignoreOrder: true);
            foreach (var known in (string[])["a.example", "b.example", "[2001:db8::1]", "forge", "f.example"])
            {
                hosts.Add("triage", known).ShouldBeFalse(known);
            }

            hosts.Add("dé\"s", "e.example").ShouldBeFalse();
            foreach (var other in (string[])["c.example", "e.example", "hook.example", "refused.example"])
            {
                hosts.Add("triage", other).ShouldBeTrue(other);
            }
        }
    }

    [Fact]
    public async Task What_was_left_open_is_found_when_the_journal_opens_again()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(State("running"), default);
            await journal.AppendAsync(Intent(1), default);
            await journal.AppendAsync(Intent(2), default);
            await journal.PostAsync(Outcome(1), default);
        }

        await using (var journal = await OpenAsync())
        {
            journal.Recovery.OpenIntents.ShouldHaveSingleItem().Passage.ShouldBe(2);
            journal.Recovery.LiveSessions.ShouldHaveSingleItem().Id.ShouldBe(Session);
            await journal.AppendAsync(Outcome(2) with { Outcome = OutcomeKind.Unknown }, default);
            await journal.AppendAsync(State("ended: lost"), default);
        }

        await using (var journal = await OpenAsync())
        {
            journal.Recovery.OpenIntents.ShouldBeEmpty();
            journal.Recovery.LiveSessions.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_was_spent_today_is_found_when_the_journal_opens_again_and_an_open_intent_counts_whole()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        Entry Spending(long passage, DateOnly day) =>
            Intent(passage) with
            {
                Agent = "triage@3",
                Person = "ann",
                Spend = new Spend
                {
                    Day = day,
                    Team = "support",
                    Tokens = 1000,
                },
            };
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Spending(1, today), default);
            await journal.AppendAsync(Spending(2, today), default);
            await journal.AppendAsync(Spending(3, today.AddDays(-1)), default);
            await journal.AppendAsync(Outcome(1) with { Spend = new Spend { Tokens = 7 } }, default);
            await journal.AppendAsync(Outcome(3) with { Spend = new Spend { Tokens = 7 } }, default);
        }

        await using (var journal = await OpenAsync())
        {
            var spent = journal.Recovery.Spends.ShouldHaveSingleItem();
            (spent.Agent, spent.Person, spent.Team, spent.Day).ShouldBe(("triage", "ann", "support", today));
            spent.Total.Tokens.ShouldBe(1007);
            spent.Calls[Verb.Connect].ShouldBe(2);
            await journal.AppendAsync(Outcome(2) with { Outcome = OutcomeKind.Unknown }, default);
        }

        await using (var journal = await OpenAsync())
        {
            journal.Recovery.Spends.ShouldHaveSingleItem().Total.Tokens.ShouldBe(1007);
        }
    }

    [Fact]
    public async Task A_payload_is_encrypted_on_disk_and_opens_again()
    {
        var secret = "the quick brown fox asks a model"u8.ToArray();
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(
                Intent(1) with
                {
                    Payloads = [new Payload("request", "text/plain", secret)],
                },
                default
            );
            await journal.AppendAsync(
                Intent(2) with
                {
                    Payloads = [new Payload("request", "text/plain", secret)],
                },
                default
            );
        }

        var files = Directory.GetFiles(Home, "*", SearchOption.AllDirectories);
        files.ShouldAllBe(file => !Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains("quick brown"));
        var rows = await RowsAsync();
        using var store = new PayloadStore(Path.Combine(Home, "payloads"), Path.Combine(Home, "keys"));
        foreach (var row in rows)
        {
            var opened = store.Open(Session, row.Payloads.ShouldHaveSingleItem());
            opened.State.ShouldBe(PayloadState.Whole);
            opened.Content.ToArray().ShouldBe(secret);
        }

        rows[0].Payloads[0].Commitment.ShouldNotBe(rows[1].Payloads[0].Commitment);
    }

    [Fact]
    public async Task Many_sessions_at_once_keep_their_payloads_and_their_links()
    {
        await using (var journal = await OpenAsync())
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(async _ =>
                    {
                        var session = SessionId.New();
                        for (var i = 1; i <= 20; i++)
                        {
                            var entry = Intent(i) with
                            {
                                Session = session,
                                Payloads = [Text("request", $"payload {i}")],
                            };
                            await journal.AppendAsync(entry, default);
                        }
                    })
            );
        }

        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty();
        verdict.Holds.ShouldBeTrue();
        verdict.PayloadsWhole.ShouldBe(160);
        verdict.Sessions.ShouldBe(8);
    }
}
