using System.Buffers;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Export.Formats.Ocsf;

namespace Bartizan.Records.Tests.Export.Attacks;

/// <summary>
/// An agent writes what it likes into whatever it has a say in: names of hosts, tools, files and models. Whatever it is, an entry has
/// the fields that it has with plain text, and is one entry.
/// </summary>
public sealed class InjectionAttacks
{
    private static readonly string[] s_texts =
    [
        "a\nCEF:0|Bartizan|Bartizan|1|intent|granted|1|act=allow",
        "a\r\n<110>1 2026-01-01T00:00:00Z h bartizan - intent - forged",
        "x act=allow suser=alice outcome=done",
        "x|y\\|z\\",
        "\\",
        "\\=act=",
        "\"] [entry@32473 index=\"1\"] forged",
        "\\\"]",
        "]\u0000\u0007\u001b[31m",
        "\",\"disposition\":\"Allowed\",\"x\":\"",
        "\"}\n{\"index\":0}\n{\"create\":{}}",
        "\u2028\u2029\u0085\u202e\u200b\ufeff",
        "\ud83d\ude00é漢\ud83d\ude00",
        new('\n', 3000),
        new('"', 3000),
        new(']', 3000),
        string.Concat(Enumerable.Repeat("\ud83d\ude00", 1500)),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_makes_a_field_or_a_line_of_CEF(int which)
    {
        foreach (var (plain, hostile) in Pairs(s_texts[which]))
        {
            var line = Encoding.UTF8.GetString(Write(new CefFormat(), hostile));
            ShouldBeOneLine(line);
            var read = CefReader.Read(line);
            read.Header[..4].ShouldBe(["CEF:0", "Bartizan", "Bartizan", "0.1.0"]);
            var expected = CefReader.Read(Encoding.UTF8.GetString(Write(new CefFormat(), plain)));
            read.Header.ShouldBe(expected.Header);
            read.Extension.Select(e => e.Key).ShouldBe(expected.Extension.Select(e => e.Key), line);
            read.Extension.Where(e => e.Key is "externalId" or "act" or "outcome" or "suser" or "rt")
                .ShouldBe(
                    expected.Extension.Where(e => e.Key is "externalId" or "act" or "outcome" or "suser" or "rt")
                );
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_makes_a_parameter_an_element_or_a_message_of_syslog(int which)
    {
        foreach (var format in (SinkFormat[])[SinkFormat.Syslog, SinkFormat.Cef, SinkFormat.Ocsf])
        {
            var syslog = new SyslogFormat(
                new SinkSettings
                {
                    Name = "test",
                    Kind = SinkKind.Syslog,
                    Format = format,
                }
            );
            foreach (var (plain, hostile) in Pairs(s_texts[which]))
            {
                var octets = Write(syslog, hostile);
                octets.Length.ShouldBeLessThanOrEqualTo(SyslogFormat.MaxMessageBytes);
                var read = SyslogReader.Read(octets);
                ShouldBeOneLine(Encoding.UTF8.GetString(octets));
                var expected = SyslogReader.Read(Write(syslog, plain));
                (read.Element, read.Kind, read.Priority, read.Host, read.Process).ShouldBe(
                    (expected.Element, expected.Kind, expected.Priority, expected.Host, expected.Process)
                );
                if (format == SinkFormat.Syslog)
                {
                    read.Parameters.Select(p => p.Key).ShouldBe(expected.Parameters.Select(p => p.Key));
                }

                read.Parameters.First(p => p.Key == "index").ShouldBe(expected.Parameters.First(p => p.Key == "index"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_makes_a_member_of_JSON(int which)
    {
        foreach (var format in (IEntryFormat[])[new OcsfFormat(), new JsonlFormat(), EntryFormat.Of(SinkFormat.Otlp)])
        {
            foreach (var (plain, hostile) in Pairs(s_texts[which]))
            {
                var bytes = Write(format, hostile);
                bytes
                    .AsSpan()
                    .IndexOfAnyExceptInRange((byte)' ', (byte)'~')
                    .ShouldBe(-1, "one line of ASCII, whoever splits it");
                Paths(Parse(bytes)).ShouldBe(Paths(Parse(Write(format, plain))));
            }
        }
    }

    [Fact]
    public void JSON_tells_what_was_written_exactly()
    {
        foreach (var text in s_texts)
        {
            var entry = SampleEntries.Of(
                new Entry
                {
                    Kind = EntryKind.Intent,
                    Verb = Verb.Read,
                    Target = text,
                }
            );
            Parse(Write(new OcsfFormat(), entry))
                .GetProperty("unmapped")
                .GetProperty("target")
                .GetString()
                .ShouldBe(text);
            Parse(Write(new JsonlFormat(), entry))
                .GetProperty("entry")
                .GetProperty("target")
                .GetString()
                .ShouldBe(text);
        }
    }

    [Fact]
    public void The_readers_see_a_forged_field_where_nothing_is_escaped()
    {
        CefReader.Read("CEF:0|a|b|c|d|e|5|filePath=x act=allow").Extension.Count.ShouldBe(2);
        CefReader.Read("CEF:0|a|b|c|d|e|5|filePath=x act\\=allow").Extension.Count.ShouldBe(1);
        const string Head = "<110>1 2026-01-01T00:00:00.000000Z h bartizan p k [e@1 a=\"";
        SyslogReader.Read(Encoding.UTF8.GetBytes($"{Head}x\" b=\"y\"] m")).Parameters.Count.ShouldBe(2);
        Should.Throw<FormatException>(() => SyslogReader.Read(Encoding.UTF8.GetBytes($"{Head}x] m\"] m")));
    }

    public static TheoryData<int> Texts() => [.. Enumerable.Range(0, s_texts.Length)];

    private static IEnumerable<(ExportedEntry Plain, ExportedEntry Hostile)> Pairs(string text) =>
        SampleEntries.All("plain").Zip(SampleEntries.All(text));

    private static byte[] Write(IEntryFormat format, ExportedEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        format.Write(entry, output);
        return output.WrittenSpan.ToArray();
    }

    private static void ShouldBeOneLine(string text) =>
        text.AsSpan().IndexOfAny("\n\r\u0085\u2028\u2029\u000b\u000c\0").ShouldBe(-1, text);

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }

    private static IEnumerable<string> Paths(JsonElement element, string at = "") =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(m => Paths(m.Value, $"{at}.{m.Name}")),
            JsonValueKind.Array => element.EnumerateArray().SelectMany((e, i) => Paths(e, $"{at}[{i}]")),
            _ => [at],
        };
}
