using System.Text;
using System.Text.Json;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Tests;

public sealed class EntryCodecTests
{
    private readonly byte[] _leaf = new byte[LogOptions.MaxLeafBytes];

    [Fact]
    public void Each_leaf_of_the_vectors_decodes_and_encodes_to_the_same_bytes()
    {
        foreach (var text in Vectors("leaves").Select(leaf => leaf.GetString()!))
        {
            var row = EntryDecoder.Decode(5, Encoding.UTF8.GetBytes(text));

            Encode(row.Entry, row.Stamp, [.. row.Payloads]).ShouldBe(text);
        }
    }

    [Fact]
    public void Texts_are_escaped_as_RFC_8785_says()
    {
        foreach (var vector in Vectors("texts"))
        {
            var text = vector.GetProperty("text").GetString();
            var entry = new Entry { Kind = EntryKind.Instance, Target = text };
            var leaf = Encode(entry, Stamp(), []);

            leaf.ShouldContain($"\"target\":{vector.GetProperty("json").GetString()},\"time\"");
            EntryDecoder.Decode(0, Encoding.UTF8.GetBytes(leaf)).Entry.Target.ShouldBe(text);
        }
    }

    [Fact]
    public void What_is_no_leaf_of_this_version_is_refused()
    {
        foreach (var text in Vectors("refused").Select(leaf => leaf.GetString()!))
        {
            Should.Throw<InvalidDataException>(() => EntryDecoder.Decode(0, Encoding.UTF8.GetBytes(text)), text);
        }
    }

    [Theory]
    [InlineData("""{"emitter":"e","emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006Z","v":1}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006Z","v":1} {}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006Z"}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006Z","v":1""")]
    [InlineData("""[{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006Z","v":1}]""")]
    [InlineData("""{"agent":{"a":1},"kind":"state","v":1}""")]
    [InlineData("""{"kind":"state","rules":[{"text":"a","text":"b"}],"v":1}""")]
    [InlineData("""{"kind":"state","rules":[{"text":"a","why":"b"}],"v":1}""")]
    [InlineData("""{"kind":"state","rules":{},"v":1}""")]
    [InlineData("""{"kind":"state","rules":["a"],"v":1}""")]
    [InlineData("""{"kind":"state","payloads":[{"media":"a","ref":1,"role":"b","size":1}],"v":1}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006","v":1}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":"2026-01-02T03:04:05.000006+00:00","v":1}""")]
    [InlineData("""{"emitter":"e","kind":"state","mono":1,"time":7,"v":1}""")]
    [InlineData("""{"kind":7,"v":1}""")]
    [InlineData("")]
    [InlineData("null")]
    public void What_no_program_wrote_is_refused(string text)
    {
        var refused = Should.Throw<InvalidDataException>(() => EntryDecoder.Decode(3, Encoding.UTF8.GetBytes(text)));

        refused.Message.ShouldBe("entry 3 isn't an entry that this program understands");
    }

    [Theory]
    [InlineData("""{"kind":"state","v":99}""")]
    [InlineData("""{"kind":"dream","later":{"a":[1]},"v":99}""")]
    [InlineData("""{"kind":"state","rules":[{"text":"a","why":"b"}],"v":99}""")]
    public void What_a_newer_program_wrote_is_refused_by_its_version(string text)
    {
        var refused = Should.Throw<InvalidDataException>(() => EntryDecoder.Decode(3, Encoding.UTF8.GetBytes(text)));

        refused.Message.ShouldContain("entry 3 has format version `99`");
    }

    [Fact]
    public void Members_may_stand_in_any_order_and_be_escaped()
    {
        const string Text = """
            {"v":1,"rules":[{"text":"a","layer":"b"},{"place":"c"}],"\u006bind":"state","mono":7,"emitter":"e","detail":"ended",
             "time":"2026-01-02T03:04:05.000006Z"}
            """;

        var row = EntryDecoder.Decode(0, Encoding.UTF8.GetBytes(Text));

        row.Entry.Kind.ShouldBe(EntryKind.State);
        row.Entry.Detail.ShouldBe("ended");
        row.Entry.Rules.ShouldBe([new RuleReference("b", "a", "", ""), new RuleReference("", "", "", "c")]);
        row.Stamp.ShouldBe(new EntryStamp(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 0, 6, TimeSpan.Zero), 7, "e", null));
    }

    [Fact]
    public void A_time_is_cut_to_microseconds()
    {
        var stamp = Stamp() with
        {
            Time = new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.FromHours(2)).AddTicks(9_999_999),
        };

        Encode(new Entry { Kind = EntryKind.Instance }, stamp, [])
            .ShouldContain("\"time\":\"2026-12-31T21:59:59.999999Z\",");
    }

    [Fact]
    public void Members_are_sorted_and_no_number_has_an_exponent()
    {
        var entry = Worst("x") with
        {
            Usage = new Usage { Milliseconds = 1e-9, BytesIn = long.MaxValue },
        };
        using var document = JsonDocument.Parse(Encode(entry, Stamp(), []));
        var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToList();

        names.ShouldBe(names.Order(StringComparer.Ordinal));
        document.RootElement.GetRawText().ShouldNotContain("E-");
    }

    [Theory]
    [InlineData("\u0001")]
    [InlineData("語")]
    [InlineData("😂")]
    [InlineData("\ud83d")]
    [InlineData("\"")]
    public void The_worst_of_entries_fits_a_leaf(string filling)
    {
        var payloads = Enumerable.Repeat(
            new PayloadReference(Long(filling), Long(filling), long.MaxValue, 1, Digest.Of([]), long.MaxValue),
            EntryCodec.MaxPayloads
        );

        var leaf = Encode(Worst(filling), Stamp(), [.. payloads]);

        Encoding.UTF8.GetByteCount(leaf).ShouldBeLessThanOrEqualTo(LogOptions.MaxLeafBytes);
        EntryDecoder.Decode(0, Encoding.UTF8.GetBytes(leaf)).Entry.Kind.ShouldBe(EntryKind.Intent);
    }

    [Fact]
    public void A_text_that_is_cut_ends_in_its_digest()
    {
        var target = new string('a', 100_000);

        var row = EntryDecoder.Decode(
            0,
            Encoding.UTF8.GetBytes(Encode(new Entry { Kind = EntryKind.Intent, Target = target }, Stamp(), []))
        );

        row.Entry.Target.ShouldEndWith("…sha256:" + Digest.Of(Encoding.UTF8.GetBytes(target)));
    }

    private static IEnumerable<JsonElement> Vectors(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Bartizan.slnx")))
        {
            directory = directory.Parent;
        }

        var text = File.ReadAllText(Path.Combine(directory.FullName, "conformance", "log", "leaves.json"));
        return JsonDocument.Parse(text).RootElement.GetProperty(name).EnumerateArray();
    }

    private static EntryStamp Stamp() => new(DateTimeOffset.UnixEpoch, 1, "bartizan/0011223344556677", 0);

    private static string Long(string filling) => string.Concat(Enumerable.Repeat(filling, 20_000));

    private static Entry Worst(string filling) =>
        new()
        {
            Kind = EntryKind.Intent,
            Session = SessionId.New(),
            Agent = Long(filling),
            Person = Long(filling),
            Passage = long.MaxValue,
            Point = Long(filling),
            Verb = Verb.Delegate,
            Target = Long(filling),
            Effect = Effect.Allow,
            Rules = [.. Enumerable.Repeat(new RuleReference(Long(filling), Long(filling), "", Long(filling)), 100)],
            Needed = Long(filling),
            Reason = Long(filling),
            Policy = Digest.Of([]),
            Action = Digest.Of([]),
            Labels = Labels.Private | Labels.Secret | Labels.Untrusted,
            Observed = true,
            Credential = Long(filling),
            Outcome = OutcomeKind.Cancelled,
            Detail = Long(filling),
            Usage = new Usage
            {
                BytesIn = long.MaxValue,
                BytesOut = long.MaxValue,
                InputTokens = long.MaxValue,
                OutputTokens = long.MaxValue,
                CacheReadTokens = long.MaxValue,
                CacheWriteTokens = long.MaxValue,
                Milliseconds = 123456789.123,
            },
            Spend = new Spend
            {
                Tokens = long.MaxValue,
                MicroDollars = long.MaxValue,
                Bytes = long.MaxValue,
                Day = DateOnly.MaxValue,
                Team = Long(filling),
            },
            ToolCalls = [.. Enumerable.Repeat(Long(filling), 100)],
            Count = long.MaxValue,
            Verdict = Effect.Deny,
            Parent = SessionId.New(),
            Lost = long.MaxValue,
        };

    private string Encode(Entry entry, EntryStamp stamp, PayloadReference[] payloads) =>
        Encoding.UTF8.GetString(_leaf, 0, EntryCodec.Encode(entry, stamp, payloads, _leaf));
}
