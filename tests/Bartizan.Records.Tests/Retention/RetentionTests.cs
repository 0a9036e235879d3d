using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Log.Pruning;
using Bartizan.Records.Entries;
using Bartizan.Records.Erasures;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Tests.Retention;

/// <summary>What has reached its age goes, class by class, and the record says so; what is left verifies.</summary>
public sealed class RetentionTests : RetainedRecord
{
    [Fact]
    public async Task Payloads_go_by_class_and_age_and_the_record_verifies_at_every_step()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);

        (await RunAsync(journal)).Payloads.ShouldBe(0);
        Pass(31);
        (await RunAsync(journal)).ShouldSatisfyAllConditions(
            outcome => outcome.Sessions.ShouldBe(1),
            outcome => outcome.Payloads.ShouldBe(1),
            outcome => outcome.Pruned.ShouldBe(0)
        );
        File.Exists(Path.Combine(Options.PayloadDirectory, $"{session}.model.p")).ShouldBeFalse();
        await ShouldVerifyAsync(whole: 1, erased: 1);

        Pass(30);
        (await RunAsync(journal)).Payloads.ShouldBe(1);
        await ShouldVerifyAsync(whole: 0, erased: 2);
        (await RunAsync(journal)).Payloads.ShouldBe(0);
        var said = (await RowsAsync($"session:{session}")).Where(row => row.Entry.Kind == EntryKind.Instance).ToList();
        said.Select(row => (row.Entry.Detail, row.Entry.Target))
            .ShouldBe([
                ("payloads expire", "payloads model 1"),
                ("payloads expired", "payloads model 1"),
                ("payloads expire", "payloads other 1"),
                ("payloads expired", "payloads other 1"),
            ]);
        said[0].Entry.Person.ShouldBe("bartizan");
        said[0].Entry.Reason.ShouldBe("retention.yaml: `model` is kept 30d");
    }

    [Fact]
    public async Task Entries_go_into_an_archive_once_old_enough_and_the_rest_verifies_and_opens_again()
    {
        long end;
        await using (var journal = await OpenAsync())
        {
            await WriteSessionAsync(journal);
            await FillAsync(journal);
            end = journal.Log.Pruning.End;
            Pass(91);
            var outcome = await RunAsync(journal);
            outcome.Pruned.ShouldBe(end);
            outcome.Waits.ShouldBeNull();
            var entries = new List<EntryKind>();
            ArchiveVerifier
                .Verify(
                    outcome.Archive!,
                    new ArchiveOptions(),
                    leaf => entries.Add(EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry.Kind),
                    default
                )
                .Faults.ShouldBeEmpty();
            entries.Count.ShouldBe((int)end);
            entries.ShouldContain(EntryKind.Intent);
            await ShouldVerifyAsync(whole: 0, erased: 0, minimum: end);
            Directory.GetFiles(Options.PayloadDirectory).ShouldBeEmpty();
        }

        await using (var journal = await OpenAsync())
        {
            journal.Recovery.LiveSessions.ShouldBeEmpty();
            journal.Recovery.OpenIntents.ShouldBeEmpty();
            (await RetainerOf(journal).ResumeAsync(default)).ShouldBeNull();
            await WriteSessionAsync(journal);
        }

        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty();
        verdict.Holds.ShouldBeTrue();
        (await RowsAsync())[0].Index.ShouldBe(end);
    }

    [Fact]
    public async Task A_hold_keeps_payloads_and_entries_and_everything_behind_them()
    {
        await using var journal = await OpenAsync();
        await WriteSessionAsync(journal);
        var held = await WriteSessionAsync(journal, person: "bob");
        await FillAsync(journal);
        await HoldAsync(journal, RecordScope.Of("bob"));
        Pass(91);

        var plan = await PlanAsync(journal);
        plan.Stop!.Reason.ShouldBe(KeptReason.Held);
        plan.Stop.Text.ShouldContain("person bob");
        plan.Payloads.Single(one => one.Class == PayloadClass.Model).Stays[KeptReason.Held].ShouldBe(1);
        var outcome = await RunAsync(journal);
        outcome.Sessions.ShouldBe(1);
        outcome.Pruned.ShouldBe(256);
        await ShouldVerifyAsync(whole: 2, erased: 0, minimum: 256);
        (await RunAsync(journal)).Pruned.ShouldBe(0);
        File.Exists(Path.Combine(Options.PayloadDirectory, $"{held}.model.p")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_that_lives_is_never_cut_however_old_it_is()
    {
        await using var journal = await OpenAsync();
        var live = await WriteSessionAsync(journal, ends: false);
        await FillAsync(journal);
        Pass(4000);

        var plan = await PlanAsync(journal);
        plan.To.ShouldBe(0);
        plan.Stop.ShouldBe(new RetentionStop(0, KeptReason.Live, $"entry 0 is of `{live}`, which lives"));
        (await RunAsync(journal)).ShouldBe(new RetentionOutcome(0, 0, 0, null, null));
        await ShouldVerifyAsync(whole: 2, erased: 0);
    }

    [Fact]
    public async Task An_action_without_an_outcome_keeps_its_session()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Intent(1), default);
        await journal.AppendAsync(State("ended: lost"), default);
        await FillAsync(journal);
        Pass(91);
        (await PlanAsync(journal)).Stop!.Reason.ShouldBe(KeptReason.Unfinished);

        await journal.AppendAsync(Outcome(1), default);
        Pass(91);
        (await PlanAsync(journal)).To.ShouldBe(journal.Log.Pruning.End);
    }

    [Fact]
    public async Task What_a_sink_has_not_had_yet_is_not_pruned()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 900);
        Pass(91);
        var outcome = await RetainerOf(journal).RunAsync(Settings, (300, "siem"), "bartizan", default);
        outcome.Pruned.ShouldBe(256);
    }

    [Fact]
    public async Task A_hold_that_is_older_than_what_goes_is_said_again_and_stands()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 300);
        var held = RecordScope.Of("bob");
        await HoldAsync(journal, held);
        await WriteSessionAsync(journal);
        var later = await WriteSessionAsync(journal, person: "bob");
        await FillAsync(journal);
        Pass(91);

        (await RunAsync(journal)).Pruned.ShouldBeGreaterThan(300);
        var index = await ErasureIndex.ReadAsync(Options.LogDirectory, default);
        var hold = index.Holds.ShouldHaveSingleItem();
        (hold.Scope, hold.Why, hold.By).ShouldBe((held, "case 7", "carol"));
        Should
            .Throw<ErasureRefusedException>(() => Eraser.Check(index, RecordScope.Of(later)))
            .Message.ShouldContain("legal hold");
        (await VerifyAsync()).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Kinds_that_are_kept_for_ever_stop_the_cut_and_the_plan_says_which()
    {
        await using var journal = await OpenAsync();
        await WriteSessionAsync(journal);
        await FillAsync(journal);
        Pass(91);
        var settings = Settings with { Entries = Settings.Entries.Add(EntryKind.Heartbeat, null) };
        var plan = await RetainerOf(journal).PlanAsync(settings, Exported, counts: true, default);
        plan.Stop!.Reason.ShouldBe(KeptReason.Forever);
        plan.To.ShouldBe(256);
        plan.Entries.Sum(kind => kind.Goes).ShouldBe(256);
        plan.Entries.Sum(kind => kind.Goes + kind.Stays.Values.Sum()).ShouldBe(journal.Log.Size);
        plan.Entries.Single(kind => kind.Kind == EntryKind.Heartbeat).Stays[KeptReason.Forever].ShouldBe(601);
    }

    [Fact]
    public async Task Payloads_of_a_record_from_before_classes_had_keys_are_read_on()
    {
        await using var journal = await OpenAsync();
        var session = await WriteSessionAsync(journal);
        await FillAsync(journal);
        // As it was: one key and one file for all of a session's payloads. Those of the model alone stand for it here.
        foreach (var ending in (string[])["p", "key"])
        {
            File.Move(
                Path.Combine(Options.PayloadDirectory, $"{session}.model.{ending}"),
                Path.Combine(Options.PayloadDirectory, $"{session}.{ending}"),
                overwrite: true
            );
        }

        // Their key was wrapped for the session then, so this one opens nothing: that it is looked for there is what shows.
        var verdict = await VerifyAsync();
        verdict.Faults.Length.ShouldBe(2);
        verdict.Faults.ShouldAllBe(fault => fault.Text.Contains("was changed"));
    }

    private async Task<RetentionPlan> PlanAsync(Journals.Journal journal) =>
        await RetainerOf(journal).PlanAsync(Settings, Exported, counts: true, default);

    private async Task ShouldVerifyAsync(long whole, long erased, long minimum = 0)
    {
        var verdict = await VerifyAsync();
        verdict.Log.Faults.ShouldBeEmpty();
        verdict.Faults.ShouldBeEmpty();
        verdict.Log.Minimum.ShouldBe(minimum);
        (verdict.PayloadsWhole, verdict.PayloadsErased).ShouldBe((whole, erased));
    }
}
