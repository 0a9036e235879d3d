using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Pruning;
using Bartizan.Log.Verification;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Tests.Retention;

/// <summary>Retention as a way to make something disappear: by an operator who goes around the rules, and by an agent that writes entries.</summary>
public sealed class RetentionAttackTests : RetainedRecord
{
    [Theory]
    [InlineData("session")]
    [InlineData("person")]
    [InlineData("live")]
    [InlineData("whole")]
    public async Task A_prune_that_took_what_was_held_or_lived_is_a_fault(string what)
    {
        await using (var journal = await OpenAsync())
        {
            // Straddles the cut, but when it shall be gone as a whole.
            var passages = what == "whole" ? 100 : 300;
            var session = await WriteSessionAsync(journal, "bob", ends: what != "live", passages);
            await FillAsync(journal);
            if (what != "live")
            {
                await HoldAsync(journal, what == "person" ? RecordScope.Of("bob") : RecordScope.Of(session));
            }

            await journal.Log.PublishCheckpointAsync(default);
            (await VerifyAsync()).Faults.ShouldBeEmpty();
            await PruneAnywayAsync(journal, 512);
        }

        var verdict = await VerifyAsync();
        verdict.Log.Faults.ShouldBeEmpty();
        verdict
            .Faults.ShouldHaveSingleItem()
            .Text.ShouldContain(what == "live" ? "which lived" : "which a legal hold kept");
    }

    [Fact]
    public async Task A_session_that_went_on_after_its_first_entries_were_pruned_is_a_fault()
    {
        await using (var journal = await OpenAsync())
        {
            var session = await WriteSessionAsync(journal, passages: 300);
            await FillAsync(journal);
            await PruneAnywayAsync(journal, 512);
            (await VerifyAsync()).Faults.ShouldBeEmpty();
            await journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.State,
                    Session = session,
                    Detail = "ended: done",
                },
                default
            );
        }

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Text.ShouldContain("lived when entry");
    }

    [Fact]
    public async Task An_agent_that_writes_what_a_prune_looks_like_prunes_nothing()
    {
        var zeros = new string('0', 64);
        var line = PlainPruneRecords.Line(new PruneRecord(0, 512, 512, zeros, zeros));
        await using (var journal = await OpenAsync())
        {
            await FillAsync(journal);
            var index = await journal.AppendAsync(Refusal(line) with { Detail = EntryPruneRecords.Detail }, default);
            await journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Session = Session,
                    Detail = EntryPruneRecords.Detail,
                    Target = line,
                },
                default
            );
            await journal.Log.PublishCheckpointAsync(default);
            foreach (var position in (long[])[index, index + 1])
            {
                await Should.ThrowAsync<LogInconsistentException>(() =>
                    journal.Log.Pruning.FinishAsync(new LogPosition(position), default)
                );
            }

            File.Delete(Path.Combine(Options.LogDirectory, "tile/entries/000.gz"));
            await File.WriteAllTextAsync(
                Path.Combine(Options.LogDirectory, MinimumIndex.FileName),
                $"minimum 256\nrecord {index}\n"
            );
        }

        (await VerifyAsync()).Log.Faults.ShouldContain(fault => fault.Kind == LogFaultKind.PruneUnrecorded);
        await Should.ThrowAsync<LogInconsistentException>(() => OpenAsync());
    }

    [Fact]
    public async Task A_key_that_came_back_after_its_payloads_expired_is_a_fault()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);
        string[] names = [$"{session}.model.key", $"{session}.model.p"];
        foreach (var name in names)
        {
            File.Copy(Path.Combine(Options.PayloadDirectory, name), Path.Combine(Home, name));
        }

        Pass(31);
        (await RunAsync(journal)).Payloads.ShouldBe(1);
        foreach (var name in names)
        {
            File.Copy(Path.Combine(Home, name), Path.Combine(Options.PayloadDirectory, name), overwrite: true);
        }

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Text.ShouldContain("its key came back");
    }

    [Fact]
    public async Task Killed_while_payloads_expire_the_record_verifies_and_the_next_round_goes_on()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);
        Pass(31);
        // Behind the first entry; then behind the key's end.
        var begins = ExpiredPayloads.Write(
            ExpiredPayloads.Begins,
            session,
            [(PayloadClass.Model, 1)],
            "bartizan",
            "30d"
        );
        await journal.AppendAsync(begins, default);
        (await VerifyAsync()).Faults.ShouldBeEmpty();
        journal.Payloads.Erase(session, PayloadClass.Model);
        (await VerifyAsync()).Faults.ShouldBeEmpty();

        (await RunAsync(journal)).Payloads.ShouldBe(1);
        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty();
        verdict.PayloadsErased.ShouldBe(1);
    }

    [Fact]
    public async Task Payloads_destroyed_by_class_without_an_entry_are_a_fault()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);
        journal.Payloads.Erase(session, PayloadClass.Model);

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Text.ShouldContain("marked as erased");
    }

    [Fact]
    public async Task What_expired_is_unrecoverable_from_every_file_but_the_destroyed_key()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);
        var row = (await RowsAsync($"session:{session}")).First(one => one.Payloads is [{ Role: "request" }]);
        var before = Path.Combine(Home, "before");
        foreach (var folder in (string[])["payloads", "keys"])
        {
            Directory.CreateDirectory(Path.Combine(before, folder));
            foreach (var file in Directory.GetFiles(Path.Combine(Home, folder)))
            {
                File.Copy(file, Path.Combine(before, folder, Path.GetFileName(file)));
            }
        }

        Pass(31);
        await RunAsync(journal);

        State().ShouldBe(PayloadState.Whole);
        // Everything that ever lay there, the other class's key too, but the one file that was destroyed.
        var key = Path.Combine(before, "payloads", $"{session}.model.key");
        File.Copy(Path.Combine(Options.PayloadDirectory, $"{session}.model.key"), key, overwrite: true);
        State().ShouldBe(PayloadState.Erased);
        File.Copy(Path.Combine(before, "payloads", $"{session}.key"), key, overwrite: true);
        State().ShouldNotBe(PayloadState.Whole);

        PayloadState State()
        {
            using var reader = new PayloadReader(Path.Combine(before, "payloads"), Path.Combine(before, "keys"));
            return reader.Open(session, row.Payloads[0]).State;
        }
    }

    // Who holds the instance's own power and goes around the rules: recorded, archived, and all.
    private async Task PruneAnywayAsync(Journal journal, long minimum)
    {
        Directory.CreateDirectory(Archives);
        var record = await journal.Log.Pruning.ArchiveAsync(minimum, Path.Combine(Archives, "forced"), default);
        var position = await journal.AppendAsync(EntryPruneRecords.Write(record, "mallory", "because"), default);
        await journal.Log.PublishCheckpointAsync(default);
        await journal.Log.Pruning.FinishAsync(new LogPosition(position), default);
    }
}
