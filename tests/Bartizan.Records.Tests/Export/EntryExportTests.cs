using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Log;
using Bartizan.Log.Tree;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Tests.Export;

public sealed class EntryExportTests : TemporaryRecord
{
    [Theory]
    [InlineData(SinkFormat.Ocsf)]
    [InlineData(SinkFormat.Cef)]
    [InlineData(SinkFormat.Syslog)]
    [InlineData(SinkFormat.Otlp)]
    [InlineData(SinkFormat.Jsonl)]
    public async Task What_a_query_asks_for_is_written_a_line_each(SinkFormat format)
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Intent(1), default);
            await journal.AppendAsync(Refusal("evil\n.example:443"), default);
            await journal.AppendAsync(Refusal("b.example:443"), default);
        }

        var lines = await ExportAsync("kind:refusal", format);
        lines.Length.ShouldBe(2);
        lines[1].ShouldContain("b.example");
    }

    [Fact]
    public async Task A_line_can_be_checked_against_the_tree()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(Refusal("é\u2028<&>\"\ud83d\ude00:443"), default);
        }

        using var line = JsonDocument.Parse((await ExportAsync("", SinkFormat.Jsonl))[0]);

        // RFC 8785 of what was read: members are in order already, so that writing the texts canonically is all there is to it.
        var canonical = Canonical(line.RootElement.GetProperty("entry"));
        byte[] prefixed = [0, .. Encoding.UTF8.GetBytes(canonical)];
        Convert.ToHexStringLower(SHA256.HashData(prefixed)).ShouldBe(line.RootElement.GetProperty("leaf").GetString());
        TreeHash.SizeBytes.ShouldBe(32);
    }

    private static string Canonical(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "{"
                + string.Join(',', element.EnumerateObject().Select(m => $"\"{m.Name}\":{Canonical(m.Value)}"))
                + "}",
            JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Canonical)) + "]",
            JsonValueKind.String =>
                $"\"{element.GetString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            _ => element.GetRawText(),
        };

    private async Task<string[]> ExportAsync(string query, SinkFormat format)
    {
        LogQuery.TryParse(query, DateTimeOffset.UnixEpoch, out var parsed, out var problem).ShouldBeTrue(problem);
        using var output = new MemoryStream();
        await EntryExport.WriteAsync(
            new LogDirectory(Options.LogDirectory),
            parsed,
            EntryFormat.Of(format),
            output,
            default
        );
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
