using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Tests.Attacks;

/// <summary>Entries that were changed or taken out of the log can't say whose they were; the record around them does.</summary>
public sealed class SessionNamingTests : TemporaryRecord
{
    private readonly SessionId _other = SessionId.New();

    [Fact]
    public async Task The_session_of_a_changed_entry_is_named_by_the_entry_that_links_to_it()
    {
        await WriteAsync();
        await FlipAsync("\"passage\":2,");

        var verdict = await VerifyAsync();

        verdict.Log.Holds.ShouldBeFalse();
        verdict
            .Touched.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                touched => touched.Session.ShouldBe(Session),
                touched => touched.Index.ShouldBe(2),
                touched => touched.Text.ShouldContain("entry 4 of that session links to it")
            );
    }

    [Fact]
    public async Task A_session_whose_entries_are_all_gone_is_named_by_its_payloads()
    {
        await WriteAsync();
        var segment = Segment();
        var bytes = await File.ReadAllBytesAsync(segment);
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(_other.ToString()));
        await File.WriteAllBytesAsync(segment, bytes[..at]);

        var verdict = await VerifyAsync();

        verdict.Log.Holds.ShouldBeFalse();
        verdict.Touched.Select(touched => touched.Session).ShouldBe([_other]);
        verdict.Touched[0].Text.ShouldContain("no entry that can be read");
    }

    [Fact]
    public async Task A_record_that_holds_names_no_session()
    {
        await WriteAsync();

        (await VerifyAsync()).ShouldSatisfyAllConditions(
            verdict => verdict.Holds.ShouldBeTrue(),
            verdict => verdict.Touched.ShouldBeEmpty()
        );
    }

    // Entries 0, 2, 4, 6 of one session; 8 of the other, with a payload.
    private async Task WriteAsync()
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < 8; i++)
        {
            await journal.AppendAsync(
                i % 2 == 0 ? Intent(i) : new Entry { Kind = EntryKind.Instance, Detail = "odd" },
                default
            );
        }

        await journal.AppendAsync(
            Intent(8) with
            {
                Session = _other,
                Payloads = [new Payload("request", "text/plain", "kept"u8.ToArray())],
            },
            default
        );
    }

    private string Segment() => Directory.GetFiles(Path.Combine(Options.LogDirectory, "seg"), "*.log").Single();

    private async Task FlipAsync(string text)
    {
        var bytes = await File.ReadAllBytesAsync(Segment());
        bytes[bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) + 1] ^= 1;
        await File.WriteAllBytesAsync(Segment(), bytes);
    }
}
