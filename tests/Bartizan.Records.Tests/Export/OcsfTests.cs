using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Formats.Ocsf;

namespace Bartizan.Records.Tests.Export;

public sealed class OcsfTests
{
    [Fact]
    public void Every_shape_of_entry_is_valid_OCSF()
    {
        var schema = OcsfSchema.Find();
        Assert.SkipWhen(schema is null, "the OCSF schema is not here: set BARTIZAN_SHARED");
        var classes = new HashSet<int>();
        foreach (var entry in SampleEntries.All().Concat(SampleEntries.All("x\n\"},{|=]\u2028")))
        {
            var written = Write(entry);
            schema!.Validate(written).ShouldBeEmpty(written.ToString());
            classes.Add(written.GetProperty("class_uid").GetInt32());
        }

        classes.Order().ShouldBe([1001, 1007, 1008, 2004, 3002, 3003, 4001, 4002, 4003, 6002, 6003]);
    }

    [Theory]
    [InlineData("\"activity_id\":1", "\"activity_id\":77")]
    [InlineData("\"type_uid\":400101", "\"type_uid\":400102")]
    [InlineData("\"severity_id\":1", "\"severity_id\":\"1\"")]
    [InlineData("\"metadata\":", "\"meta\":")]
    [InlineData("\"port\":443", "\"port\":70000")]
    [InlineData("\"profiles\":[\"security_control\",", "\"profiles\":[")]
    [InlineData("\"app_name\":\"triage@3\"", "\"nonsense\":\"triage@3\"")]
    public void The_validator_sees_what_is_wrong(string right, string wrong)
    {
        var schema = OcsfSchema.Find();
        Assert.SkipWhen(schema is null, "the OCSF schema is not here: set BARTIZAN_SHARED");
        var text = Write(Connect()).GetRawText();
        text.ShouldContain(right);
        using var changed = JsonDocument.Parse(text.Replace(right, wrong, StringComparison.Ordinal));
        Should.Throw<Exception>(() => schema!.Validate(changed.RootElement).ShouldBeEmpty()).ShouldNotBeNull();
    }

    [Fact]
    public void A_refusal_says_what_was_tried_and_that_it_was_blocked()
    {
        var refusal = Write(
            SampleEntries.Of(
                Connect().Entry with
                {
                    Kind = EntryKind.Refusal,
                    Effect = Effect.Deny,
                    Reason = "no rule allows it",
                }
            )
        );
        refusal.GetProperty("class_uid").GetInt32().ShouldBe(4001);
        refusal.GetProperty("activity_name").GetString().ShouldBe("Refuse");
        refusal.GetProperty("disposition").GetString().ShouldBe("Blocked");
        refusal.GetProperty("is_alert").GetBoolean().ShouldBeTrue();
        refusal.GetProperty("dst_endpoint").GetProperty("hostname").GetString().ShouldBe("example.com");
        refusal.GetProperty("status_detail").GetString().ShouldBe("no rule allows it");
        refusal.GetProperty("metadata").GetProperty("uid").GetString().ShouldBe($"{SampleEntries.Origin}/7");
    }

    [Fact]
    public void The_same_entry_is_always_the_same_bytes() =>
        Write(Connect()).GetRawText().ShouldBe(Write(Connect()).GetRawText());

    private static ExportedEntry Connect() =>
        SampleEntries.All().First(e => e.Entry is { Kind: EntryKind.Intent, Verb: Verb.Connect });

    private static JsonElement Write(ExportedEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        new OcsfFormat().Write(entry, output);
        using var document = JsonDocument.Parse(
            output.WrittenMemory,
            new JsonDocumentOptions { AllowDuplicateProperties = false }
        );
        return document.RootElement.Clone();
    }
}
