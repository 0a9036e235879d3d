using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Tests.Erasures;

public sealed class EraserTests : TemporaryRecord
{
    private const string Secret = "the customer's diagnosis";
    private readonly SessionId _other = SessionId.New();

    [Fact]
    public async Task What_is_erased_is_unrecoverable_from_every_file_but_the_destroyed_key()
    {
        await WriteAsync();
        var before = Path.Combine(Home, "before");
        CopyAll(Home, before);
        await EraseAsync(RecordScope.Of(Session));

        // Everything that ever lay on the disk, but the one file that was destroyed; nothing was forgotten in it.
        var key = Path.Combine(before, "payloads", $"{Session}.key");
        ReadIn(before).State.ShouldBe(PayloadState.Whole);
        File.Delete(key);
        ReadIn(before).State.ShouldBe(PayloadState.Missing);
        File.Copy(Path.Combine(Options.PayloadDirectory, $"{Session}.key"), key);
        ReadIn(before).State.ShouldBe(PayloadState.Erased);
        // Another session's key, in its place, opens nothing.
        File.Copy(Path.Combine(before, "payloads", $"{_other}.key"), key, overwrite: true);
        ReadIn(before).State.ShouldNotBe(PayloadState.Whole);
        foreach (var file in Directory.GetFiles(Home, "*", SearchOption.AllDirectories))
        {
            Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain(Secret);
        }
    }

    [Fact]
    public async Task After_an_erasure_the_record_verifies_and_says_who_and_why()
    {
        await WriteAsync();
        await EraseAsync(RecordScope.Of(Session));

        var verdict = await VerifyAsync();
        verdict.Faults.ShouldBeEmpty();
        verdict.Holds.ShouldBeTrue();
        verdict.PayloadsErased.ShouldBe(1);
        verdict.PayloadsWhole.ShouldBe(1);
        var row = (await RowsAsync($"session:{Session}"))[^1];
        row.Entry.Detail.ShouldBe("erased");
        row.Entry.Person.ShouldBe("alice");
        row.Entry.Reason.ShouldBe("request 42; approved by bob");
        File.Exists(Path.Combine(Options.PayloadDirectory, $"{Session}.p")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_person_s_erasure_reaches_every_session_they_started_and_no_other()
    {
        await WriteAsync();

        (await EraseAsync(RecordScope.Of("carol"))).ShouldBe([Session]);

        (await VerifyAsync()).PayloadsWhole.ShouldBe(1);
        ReadIn(Home, _other).State.ShouldBe(PayloadState.Whole);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hold_wins_over_an_erasure_until_it_is_lifted(bool ofPerson)
    {
        await WriteAsync();
        var held = ofPerson ? RecordScope.Of("carol") : RecordScope.Of(Session);
        await using (var journal = await OpenAsync())
        {
            var eraser = new Eraser(journal, Options.LogDirectory);
            await eraser.HoldAsync(true, held, "case 7", "bob", default);
        }

        (
            await Should.ThrowAsync<ErasureRefusedException>(() => EraseAsync(RecordScope.Of(Session)))
        ).Message.ShouldContain("legal hold");
        await Should.ThrowAsync<ErasureRefusedException>(() => EraseAsync(RecordScope.Of("carol")));
        ReadIn(Home).State.ShouldBe(PayloadState.Whole);
        await using (var journal = await OpenAsync())
        {
            var eraser = new Eraser(journal, Options.LogDirectory);
            await eraser.HoldAsync(false, held, "closed", "bob", default);
        }

        (await EraseAsync(RecordScope.Of(Session))).ShouldBe([Session]);
    }

    [Fact]
    public async Task A_live_session_is_not_erased()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(State("running"), default);
        }

        (
            await Should.ThrowAsync<ErasureRefusedException>(() => EraseAsync(RecordScope.Of(Session)))
        ).Message.ShouldContain("is live");
    }

    [Fact]
    public async Task A_key_that_was_destroyed_in_silence_is_a_fault()
    {
        await WriteAsync();
        await File.WriteAllTextAsync(Path.Combine(Options.PayloadDirectory, $"{Session}.key"), "erased\n");

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Text.ShouldContain("no entry says");
    }

    [Fact]
    public async Task A_key_that_came_back_after_an_erasure_is_a_fault()
    {
        await WriteAsync();
        var before = Path.Combine(Home, "before");
        CopyAll(Options.PayloadDirectory, before);
        await EraseAsync(RecordScope.Of(Session));
        CopyAll(before, Options.PayloadDirectory);

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Text.ShouldContain("its key came back");
    }

    private async Task WriteAsync()
    {
        await using var journal = await OpenAsync();
        foreach (var (session, person) in new[] { (Session, "carol"), (_other, "dave") })
        {
            await journal.AppendAsync(State("running") with { Session = session, Person = person }, default);
            await journal.AppendAsync(
                Intent(1) with
                {
                    Session = session,
                    Payloads = [Text("request", $"{Secret} of {person}")],
                },
                default
            );
            await journal.AppendAsync(State("ended") with { Session = session }, default);
        }
    }

    private async Task<IReadOnlyList<SessionId>> EraseAsync(RecordScope scope)
    {
        await using var journal = await OpenAsync();
        return await new Eraser(journal, Options.LogDirectory).EraseAsync(
            scope,
            "request 42",
            "alice",
            "approved by bob",
            default
        );
    }

    private OpenedPayload ReadIn(string home, SessionId? session = null)
    {
        var places = JournalOptions.In(home);
        using var reader = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
        return reader.Open(session ?? Session, Reference(session ?? Session));
    }

    private PayloadReference Reference(SessionId session) =>
        Reader.ReadAsync(Query($"session:{session} kind:intent"), 0, default).ToBlockingEnumerable().Single().Payloads[
            0
        ];

    private static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
            File.SetUnixFileMode(target, File.GetUnixFileMode(file));
        }
    }
}
