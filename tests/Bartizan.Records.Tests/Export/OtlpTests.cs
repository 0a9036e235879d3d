using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats.Otlp;
using Bartizan.Records.Export.Sinks;
using Bartizan.Records.Tests.Export.Peers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Records.Tests.Export;

public sealed class OtlpTests : LoopBench
{
    private const string Hostile = "a\n\"]}\u2028\ud83d\ude00";

    [Fact]
    public void Protobuf_and_JSON_say_the_same()
    {
        foreach (var entry in SampleEntries.All().Concat(SampleEntries.All(Hostile)))
        {
            var record = GenAiConventions.Record(entry);
            var resource = new OtlpAttributes().Add("service.name", "bartizan");
            var proto = ProtoReader.Logs(OtlpProto.Request(resource, "s", [OtlpProto.Encode(record)]));
            var json = Parse(OtlpJson.Request(resource, "s", "Logs", [OtlpJson.Encode(record)]));
            Normal(proto).ShouldBe(Normal(json));
            if (GenAiConventions.Span(entry) is not { } span)
            {
                continue;
            }

            proto = ProtoReader.Traces(OtlpProto.Request(resource, "s", [OtlpProto.Encode(span)]));
            json = Parse(OtlpJson.Request(resource, "s", "Spans", [OtlpJson.Encode(span)]));
            Normal(proto).ShouldBe(Normal(json));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_collector_gets_every_entry_as_a_log_and_every_passage_as_a_span(bool asJson)
    {
        var logs = new ConcurrentBag<JsonElement>();
        var spans = new ConcurrentBag<JsonElement>();
        await using var peer = await HttpPeer.StartAsync(
            (request, context) =>
            {
                request.Headers["Content-Type"].ShouldBe(asJson ? "application/json" : "application/x-protobuf");
                request.Headers["Authorization"].ShouldBe("Bearer otlp-token");
                var isLogs = request.Target == "/v1/logs";
                var body =
                    asJson ? Parse(request.Body)
                    : isLogs ? ProtoReader.Logs(request.Body)
                    : ProtoReader.Traces(request.Body);
                foreach (var item in Items(body, isLogs))
                {
                    (isLogs ? logs : spans).Add(item);
                }

                return Task.CompletedTask;
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 600, i => i % 2 == 0 ? Intent((i / 2) + 1) : Outcome((i / 2) + 1));
        await using var sink = Open(peer.Url, asJson);
        await RunAsync(journal, sink, s => s.Lag == 0);
        logs.Select(l => Text(l, "bartizan.key")).Distinct().Count().ShouldBe(600);
        spans.Count.ShouldBe(300);
        spans.Select(s => s.GetProperty("spanId").GetString()).Distinct().Count().ShouldBe(300);
        var trace = spans.Select(s => s.GetProperty("traceId").GetString()).Distinct().ShouldHaveSingleItem();
        trace!.Length.ShouldBe(32);
        logs.Select(l => l.GetProperty("traceId").GetString()).Distinct().ShouldBe([trace]);
    }

    [Fact]
    public void A_call_of_a_model_is_told_in_the_conventions_of_generative_AI()
    {
        var outcome = SampleEntries.All().First(e => e.Entry is { Verb: Verb.Model, Outcome: OutcomeKind.Done });
        var span = GenAiConventions.Span(outcome)!;
        span.Name.ShouldBe("chat claude-plain");
        (span.End - span.Start).ShouldBe(12_500_000UL);
        var record = Parse(OtlpJson.Encode(GenAiConventions.Record(outcome)));
        Text(record, "gen_ai.operation.name").ShouldBe("chat");
        Text(record, "gen_ai.provider.name").ShouldBe("anthropic");
        Text(record, "gen_ai.request.model").ShouldBe("claude-plain");
        Text(record, "gen_ai.usage.input_tokens").ShouldBe("100");
        Text(record, "gen_ai.agent.name").ShouldBe("triage");
        record.GetProperty("spanId").GetString().ShouldBe(Convert.ToHexStringLower(span.SpanId));
    }

    [Fact]
    public async Task A_partial_success_is_told_and_not_sent_again()
    {
        await using var peer = await HttpPeer.StartAsync(
            async (_, context) =>
            {
                // partial_success { rejected_log_records: 3, error_message: "too old" }
                byte[] body = [0x0a, 11, 0x08, 3, 0x12, 7, .. "too old"u8];
                await context.Response.Body.WriteAsync(body);
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 20, _ => new Entry { Kind = EntryKind.Heartbeat });
        await using var sink = Open(peer.Url, asJson: false);
        await RunAsync(journal, sink, s => s.Lag == 0);
        peer.Requests.Count.ShouldBe(1);
        Status.SetAside.ShouldBe(1);
        Status.Problem!.ShouldContain("3 of the batch that begins here were rejected: too old");
    }

    private ISink Open(Uri url, bool asJson) =>
        SinkOpening.Open(
            new SinkSettings
            {
                Name = "test",
                Kind = SinkKind.Otlp,
                Format = SinkFormat.Otlp,
                Url = url,
                Traces = true,
                OtlpJson = asJson,
            },
            () => new SinkToken("otlp-token"),
            Clock
        );

    private static IEnumerable<JsonElement> Items(JsonElement body, bool isLogs) =>
        body.GetProperty(isLogs ? "resourceLogs" : "resourceSpans")[0]
            .GetProperty(isLogs ? "scopeLogs" : "scopeSpans")[0]
            .GetProperty(isLogs ? "logRecords" : "spans")
            .EnumerateArray();

    private static string? Text(JsonElement item, string attribute) =>
        item.GetProperty("attributes")
            .EnumerateArray()
            .First(a => a.GetProperty("key").GetString() == attribute)
            .GetProperty("value")
            .EnumerateObject()
            .First()
            .Value.GetString();

    // The order of members is no part of either; a status of 0 is left out of protobuf.
    private static string Normal(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object =>
                $"{{{string.Join(',', element.EnumerateObject().Where(m => m.Name != "code" || m.Value.ToString() != "0").OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{m.Name}:{Normal(m.Value)}"))}}}",
            JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Normal))}]",
            _ => string.Create(CultureInfo.InvariantCulture, $"{element}"),
        };

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }
}
