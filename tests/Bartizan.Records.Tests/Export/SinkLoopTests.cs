using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Records.Export.Sinks;
using Bartizan.Records.Tests.Export.Peers;

namespace Bartizan.Records.Tests.Export;

public sealed class SinkLoopTests : LoopBench
{
    [Fact]
    public async Task Every_entry_is_sent_once_and_in_order_when_nothing_goes_wrong()
    {
        await using var journal = await OpenAsync();
        var size = await FillAsync(journal, 1000);
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.ShouldBe(Enumerable.Range(0, 1000).Select(i => (long)i));
        sink.Batches.Max().ShouldBeLessThanOrEqualTo(sink.Bounds.MaxEntries);
        (Status.Sent, Status.Next, Status.Problem).ShouldBe((1000, size, null));
    }

    [Fact]
    public async Task An_hour_of_outage_loses_nothing_and_repeats_nothing()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 5_000);
        var start = Clock.GetUtcNow();
        var attempts = 0;
        var sink = new ScriptedSink(_ =>
        {
            if (Clock.GetUtcNow() < start.AddHours(1))
            {
                attempts++;
                return SinkAnswer.Later("503");
            }

            return SinkAnswer.Taken;
        });
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.ShouldBe(Enumerable.Range(0, 5_000).Select(i => (long)i));
        attempts.ShouldBeInRange(60, 130, "twice as long each time, up to a minute");
    }

    [Fact]
    public async Task A_crash_between_sending_and_the_cursor_repeats_the_last_batch_and_no_more()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 500);
        var cursors = new List<string>();
        var sink = new ScriptedSink(_ =>
        {
            cursors.Add(File.ReadAllText(Cursor));
            return SinkAnswer.Taken;
        });
        await RunAsync(journal, sink, s => s.Lag == 0);

        // What a kill after the last answer leaves: the cursor as it stood when that batch was sent.
        await File.WriteAllTextAsync(Cursor, cursors[^1]);
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.Distinct().Order().ShouldBe(Enumerable.Range(0, 500).Select(i => (long)i));
        (sink.Taken.Count - 500).ShouldBe(sink.Batches[^1]);
        sink.Taken.GroupBy(i => i).Where(g => g.Count() > 1).Select(g => g.Key).Min().ShouldBe(400);
    }

    [Fact]
    public async Task The_one_bad_entry_of_a_batch_is_found_and_set_aside()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 300);
        var sink = new ScriptedSink(batch =>
            batch.Any(item => item.Index == 137) ? SinkAnswer.Refused("field `x` is too long") : SinkAnswer.Taken
        );
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.ShouldBe(Enumerable.Range(0, 300).Select(i => (long)i).Where(i => i != 137));
        Status.SetAside.ShouldBe(1);
        (await File.ReadAllLinesAsync(SetAside)).ShouldHaveSingleItem().ShouldContain("\"index\":137");
    }

    [Fact]
    public async Task Entries_that_are_refused_one_by_one_never_stop_those_after_them()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 100);
        var start = Clock.GetUtcNow();
        var sink = new ScriptedSink(batch =>
            batch.Any(item => item.Index < 60) ? SinkAnswer.Refused("no") : SinkAnswer.Taken
        );
        await RunAsync(journal, sink, s => s.Lag == 0);
        Status.SetAside.ShouldBe(60);
        sink.Taken.Count.ShouldBe(40);
        (Clock.GetUtcNow() - start).ShouldBeGreaterThan(
            TimeSpan.FromSeconds(40),
            "a sink that refuses everything is given time to be mended"
        );
    }

    [Fact]
    public async Task Of_a_mixed_answer_only_what_is_wanted_again_is_sent_again()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 50);
        var first = true;
        var sink = new ScriptedSink(batch =>
        {
            if (!first)
            {
                return SinkAnswer.Taken;
            }

            first = false;
            return SinkAnswer.Mixed([KeyValuePair.Create(3L, "bad")], [5, 7], "busy");
        });
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.Order().ShouldBe(Enumerable.Range(0, 50).Select(i => (long)i).Where(i => i != 3));
        Status.SetAside.ShouldBe(1);
    }

    [Fact]
    public async Task A_sink_that_throws_is_tried_again()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 20);
        var left = 3;
        var sink = new ScriptedSink(_ => left-- > 0 ? throw new IOException("no route") : SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Without_acknowledgements_a_batch_counts_when_the_connection_held_after_it()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 250);
        var seen = new List<string>();
        var sink = new ScriptedSink(_ =>
        {
            seen.Add(File.ReadAllText(Cursor).Split(' ')[0]);
            return SinkAnswer.Taken;
        })
        {
            ConfirmsLate = true,
        };
        await RunAsync(journal, sink, s => s.Next == 250);
        seen.ShouldBe(["0", "0", "100"], "the cursor stays one batch behind");
        (await File.ReadAllTextAsync(Cursor)).Trim().ShouldBe($"250 {journal.Log.Origin}");
    }

    [Fact]
    public async Task When_such_a_connection_breaks_the_batch_before_is_sent_again()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 250);
        var sent = 0;
        var sink = new ScriptedSink(_ => ++sent == 3 ? SinkAnswer.Broken("reset by peer") : SinkAnswer.Taken)
        {
            ConfirmsLate = true,
        };
        await RunAsync(journal, sink, s => s.Next == 250);
        sink.Taken.Distinct().Count().ShouldBe(250);
        sink.Taken.Count(i => i is >= 100 and < 200).ShouldBe(200, "what may have been lost with it");
        sink.Taken.Count(i => i < 100).ShouldBe(100);
    }

    [Fact]
    public async Task A_server_that_hangs_up_after_each_batch_is_not_sent_the_same_for_ever()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 10);
        var sink = new ScriptedSink(_ => SinkAnswer.Taken) { ConfirmsLate = true, Holding = false };
        await RunAsync(journal, sink, s => s.Next == 10);
        sink.Taken.Count.ShouldBe(40);
    }

    [Fact]
    public async Task Only_what_the_filter_names_is_sent()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 30, i => i % 3 == 0 ? Refusal("a.example:443") : Intent(i));
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(
            journal,
            sink,
            s => s.Lag == 0,
            Settings with
            {
                Kinds = [EntryKind.Refusal],
                Decisions = [Effect.Deny],
            }
        );
        sink.Taken.ShouldBe(Enumerable.Range(0, 10).Select(i => i * 3L));
    }

    [Fact]
    public async Task A_new_sink_may_start_with_what_comes()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 30);
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Next == 30, Settings with { FromNow = true });
        await FillAsync(journal, 5);
        await RunAsync(journal, sink, s => s.Next == 35, Settings with { FromNow = true });
        sink.Taken.ShouldBe([30, 31, 32, 33, 34]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_log_in_the_old_ones_place_is_sent_from_its_first_entry(bool fromNow)
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 30);
        Directory.CreateDirectory(Path.GetDirectoryName(Cursor)!);
        await File.WriteAllTextAsync(Cursor, "20 bartizan/another\n");
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Next == 30, Settings with { FromNow = fromNow });
        sink.Taken.ShouldBe(Enumerable.Range(0, 30).Select(i => (long)i));
    }

    [Fact]
    public async Task What_a_log_writes_after_it_was_rolled_back_is_sent_and_the_rolling_back_is_told()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 30);
        Directory.CreateDirectory(Path.GetDirectoryName(Cursor)!);
        await File.WriteAllTextAsync(Cursor, $"40 {journal.Log.Origin}\n");
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Problem is not null);
        Status.Problem!.ShouldContain("rolled back");
        await FillAsync(journal, 5);
        await RunAsync(journal, sink, s => s.Next == 35);
        sink.Taken.ShouldBe([30, 31, 32, 33, 34]);
    }

    [Fact]
    public async Task An_entry_that_a_format_cant_write_is_set_aside_and_holds_up_nobody()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 50);
        var sink = new ScriptedSink(_ => SinkAnswer.Taken) { CantWrite = 17 };
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.ShouldBe(Enumerable.Range(0, 50).Select(i => (long)i).Where(i => i != 17));
        (await File.ReadAllLinesAsync(SetAside)).ShouldHaveSingleItem().ShouldContain("\"index\":17");
    }

    [Fact]
    public async Task A_cursor_that_holds_no_number_is_not_guessed_at()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 5);
        Directory.CreateDirectory(Path.GetDirectoryName(Cursor)!);
        await File.WriteAllTextAsync(Cursor, "-1 or so");
        var sink = new ScriptedSink(_ => SinkAnswer.Taken);
        await RunAsync(journal, sink, s => s.Problem is not null);
        sink.Taken.ShouldBeEmpty();
        Status.Problem!.ShouldContain("holds no entry's index");
    }

    [Fact]
    public async Task Memory_is_bounded_by_the_batch()
    {
        await using var journal = await OpenAsync();
        await FillAsync(journal, 400, i => Refusal(new string('x', 900) + i.ToString(CultureInfo.InvariantCulture)));
        var sink = new ScriptedSink(_ => SinkAnswer.Taken) { Bounds = new SinkBounds(1000, 10_000) };
        await RunAsync(journal, sink, s => s.Lag == 0);
        sink.Taken.Count.ShouldBe(400);
        sink.Batches.Max().ShouldBeLessThan(13);
    }
}
