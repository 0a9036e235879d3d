using Bartizan.Log;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Tests;

/// <summary>Entries that are read several at a time come out as if they had been read one after the other.</summary>
public sealed class EntryFetchTests : TemporaryRecord
{
    private const int Entries = 700;

    [Fact]
    public async Task Entries_come_in_the_order_they_were_asked_for_in()
    {
        await WriteAsync();
        using var fetch = new EntryFetch(Options.LogDirectory);
        List<long> asked = [.. Enumerable.Range(0, Entries).Select(i => (long)(i * 37 % Entries))];

        fetch.Read(LogQuery.All, asked).Select(row => row.Index).ShouldBe(asked);
        fetch.Read(Query("passage:5,600"), asked).Select(row => row.Entry.Passage).Order().ShouldBe([5, 600]);
    }

    [Fact]
    public async Task What_stands_before_a_damaged_entry_is_given_out_and_then_the_damage_is_named()
    {
        await WriteAsync();
        var segment = Directory.GetFiles(Path.Combine(Options.LogDirectory, "seg"), "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().IndexOf("\"passage\":400,"u8) + 1] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        using var fetch = new EntryFetch(Options.LogDirectory);
        var given = new List<long>();

        Should
            .Throw<LogInconsistentException>(() =>
            {
                foreach (var row in fetch.Read(LogQuery.All, [.. Enumerable.Range(0, Entries).Select(i => (long)i)]))
                {
                    given.Add(row.Entry.Passage);
                }
            })
            .Message.ShouldContain("damaged");
        given.ShouldBe(Enumerable.Range(given[0] == 0 ? 0 : 1, given.Count).Select(i => (long)i));
        given[^1].ShouldBe(399);
    }

    private async Task WriteAsync()
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < Entries - 1; i++)
        {
            await journal.PostAsync(Intent(i), default);
        }

        await journal.AppendAsync(Intent(Entries - 1), default);
    }
}
