using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Sinks;
using Bartizan.Records.Tests.Export.Peers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Records.Tests.Export;

public sealed class VendorTests : LoopBench
{
    private const string Token = "9a1f-token-of-the-test";

    [Fact]
    public async Task Splunk_is_asked_until_it_has_indexed_and_only_then_the_cursor_moves()
    {
        var splunk = new SplunkPeer(Token) { AcknowledgeAfter = 4 };
        await using var peer = await HttpPeer.StartAsync(splunk.AnswerAsync);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 2_000);
        await using var sink = Open(SinkKind.Splunk, SinkFormat.Ocsf, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        Indexes(splunk.Indexed).ShouldBe(Enumerable.Range(0, 2_000).Select(i => (long)i), ignoreOrder: true);
        splunk.LargestRequest.ShouldBeLessThan(1_000_000);
        peer.Requests.Count(r => r.Target.Contains("/ack?channel=", StringComparison.Ordinal)).ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task What_Splunk_took_and_lost_is_sent_again()
    {
        var splunk = new SplunkPeer(Token) { Lose = 1 };
        await using var peer = await HttpPeer.StartAsync(splunk.AnswerAsync);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 100);
        await using var sink = Open(SinkKind.Splunk, SinkFormat.Jsonl, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        Indexes(splunk.Indexed).ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i), ignoreOrder: true);
    }

    [Fact]
    public async Task Splunk_busy_or_misconfigured_is_waited_for_and_a_bad_event_is_set_aside()
    {
        var splunk = new SplunkPeer(Token) { Acknowledges = false };
        splunk.Before.Enqueue((503, """{"text":"Server is busy","code":9}"""));
        splunk.Before.Enqueue((400, """{"text":"Incorrect index","code":7}"""));
        splunk.Before.Enqueue((429, ""));
        splunk.Bad.Add(41);
        splunk.Bad.Add(77);
        await using var peer = await HttpPeer.StartAsync(splunk.AnswerAsync);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 100);
        await using var sink = Open(SinkKind.Splunk, SinkFormat.Cef, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        Status.SetAside.ShouldBe(2);
        Indexes(splunk.Indexed)
            .ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i).Where(i => i is not (41 or 77)), ignoreOrder: true);
    }

    [Fact]
    public async Task A_retry_makes_no_second_document_in_Elastic()
    {
        var elastic = new ElasticPeer { CutAfterWork = 2 };
        await using var peer = await HttpPeer.StartAsync(elastic.AnswerAsync);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 500);
        await using var sink = Open(SinkKind.Elastic, SinkFormat.Ocsf, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        elastic.Documents.Count.ShouldBe(500);
        elastic.Conflicts.ShouldBe(1000, "the whole batch came three times");
        elastic.Authorizations.ShouldAllBe(a => a == $"ApiKey {Token}");
    }

    [Fact]
    public async Task Of_a_bulk_that_failed_in_part_only_that_part_is_sent_again()
    {
        var busy = new Dictionary<string, int>();
        var elastic = new ElasticPeer
        {
            Fail = id =>
            {
                var index = long.Parse(id.Split('/')[^1], CultureInfo.InvariantCulture);
                busy[id] = busy.GetValueOrDefault(id) + 1;
                return index == 13 ? 400
                    : index % 5 == 0 && busy[id] < 3 ? 429
                    : null;
            },
        };
        await using var peer = await HttpPeer.StartAsync(elastic.AnswerAsync);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 100);
        await using var sink = Open(SinkKind.Elastic, SinkFormat.Jsonl, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        elastic.Documents.Count.ShouldBe(99);
        elastic.Conflicts.ShouldBe(0);
        Status.SetAside.ShouldBe(1);
        busy.Where(b => b.Value > 1).ShouldAllBe(b => b.Value == 3);
    }

    [Fact]
    public async Task Datadog_gets_lists_of_no_more_than_it_takes()
    {
        var keys = new List<string>();
        await using var peer = await HttpPeer.StartAsync(
            async (request, context) =>
            {
                request.Target.ShouldBe("/api/v2/logs");
                request.Headers["DD-API-KEY"].ShouldBe(Token);
                using var list = JsonDocument.Parse(request.Body);
                if (list.RootElement.GetArrayLength() > 1000 || request.Body.Length > 5_000_000)
                {
                    context.Response.StatusCode = 413;
                    return;
                }

                keys.AddRange(list.RootElement.EnumerateArray().Select(e => e.GetProperty("key").GetString()!));
                context.Response.StatusCode = 202;
                await context.Response.WriteAsync("{}");
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 2_500);
        await using var sink = Open(SinkKind.Datadog, SinkFormat.Ocsf, peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        Indexes(keys).ShouldBe(Enumerable.Range(0, 2_500).Select(i => (long)i));
    }

    [Fact]
    public async Task A_file_holds_each_entry_on_its_line_and_a_torn_line_is_written_again()
    {
        var path = Path.Combine(Home, "out.jsonl");
        await using var journal = await OpenAsync();
        await FillAsync(journal, 10);
        await using var sink = Open(SinkKind.File, SinkFormat.Jsonl, null, path);
        await RunAsync(journal, sink, s => s.Lag == 0);
        (await File.ReadAllLinesAsync(path)).Length.ShouldBe(10);

        // A crash in the middle of a write: half a line, and the cursor before it.
        var text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text[..^40]);
        await File.WriteAllTextAsync(Cursor, "9\n");
        await RunAsync(journal, sink, s => s.Lag == 0);
        (await File.ReadAllTextAsync(path)).ShouldBe(text);
        File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead).ShouldBeFalse();
    }

    private static IEnumerable<long> Indexes(IEnumerable<string> keys) =>
        keys.Select(k => long.Parse(k.Split('/')[^1], CultureInfo.InvariantCulture));

    private ISink Open(SinkKind kind, SinkFormat format, Uri? url, string? path = null) =>
        SinkOpening.Open(
            new SinkSettings
            {
                Name = "test",
                Kind = kind,
                Format = format,
                Url = url,
                Path = path,
                Index = kind == SinkKind.Elastic ? "agents" : null,
            },
            () => new SinkToken(Token),
            Clock
        );
}
