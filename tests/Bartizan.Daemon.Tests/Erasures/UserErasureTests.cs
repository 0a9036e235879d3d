using Bartizan.Client;
using Bartizan.Client.Erasures;
using Bartizan.Core.Conditions;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Users;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Tests.Erasures;

public sealed class UserErasureTests : IAsyncLifetime
{
    private const string Issuer = "https://login.example";
    private const string Subject = "248289761001";
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-erase-").FullName;
    private StateDirectory _state = null!;
    private Journal _journal = null!;
    private EndUserBook _users = null!;
    private ErasureDesk _desk = null!;
    private string _person = "";

    public async ValueTask InitializeAsync()
    {
        _state = StateDirectory.Take(_home)!;
        _journal = await Journal.OpenAsync(JournalOptions.In(_home), TimeProvider.System, default);
        _users = new EndUserBook(_state.Users);
        _desk = new ErasureDesk(_journal, _state, _users, TimeProvider.System);
        _person = (await _users.KnowAsync(Issuer, Subject, AttributeSet.Empty, default)).Person;
        await File.WriteAllTextAsync(
            Path.Combine(_home, EnrolledPeople.FileName),
            "people: []\nalone: one person runs this machine\n"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _users.Dispose();
        _state.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Who_a_user_was_and_what_they_said_is_gone_and_each_step_is_an_entry()
    {
        var (theirs, other) = (await SessionAsync(_person), await SessionAsync("user:somebody-else"));

        var reply = await EraseAsync(Subject);

        reply.Done.ShouldBeTrue();
        reply.Sessions.ShouldBe([theirs.ToString()]);
        KeyOf(theirs).ShouldBe("erased\n");
        KeyOf(other).ShouldNotBe("erased\n");
        (await _users.FindAsync(Subject, null, default)).ShouldBeEmpty();
        (await DetailsAsync()).ShouldBe(
            ["erasure begins", "erased", "forgetting begins", "user forgotten"],
            ignoreOrder: false
        );
        foreach (
            var file in Directory
                .EnumerateFiles(_state.Log, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != "lock")
        )
        {
            (await File.ReadAllTextAsync(file)).ShouldNotContain(Subject);
        }
    }

    [Fact]
    public async Task A_user_without_a_session_is_forgotten_too()
    {
        (await EraseAsync(Subject)).Done.ShouldBeTrue();

        (await _users.FindAsync(Subject, null, default)).ShouldBeEmpty();
        (await DetailsAsync()).ShouldBe(["forgetting begins", "user forgotten"]);
    }

    [Fact]
    public async Task A_live_session_or_a_hold_keeps_all_of_a_user()
    {
        var live = SessionId.New();
        await SayAsync(live, _person, "running");
        (await RefusedAsync(Subject)).ShouldContain("is live");
        await SayAsync(live, _person, "ended");

        await _desk.AnswerAsync(
            new ErasureRequest
            {
                Verb = ErasureVerb.Hold,
                User = Subject,
                Why = "case 7",
            },
            "uid:1",
            default
        );

        (await RefusedAsync(Subject)).ShouldContain("legal hold");
        (await _users.FindAsync(Subject, null, default)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_hold_keeps_a_user_who_has_no_session()
    {
        await _desk.AnswerAsync(
            new ErasureRequest
            {
                Verb = ErasureVerb.Hold,
                User = Subject,
                Why = "case 7",
            },
            "uid:1",
            default
        );

        (await RefusedAsync(Subject)).ShouldContain("legal hold");
        (await _users.FindAsync(Subject, null, default)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_isnt_known_or_not_by_one_issuer_is_named_to_nobody()
    {
        (await RefusedAsync("nobody")).ShouldBe("no such user is known");
        await _users.KnowAsync("https://other.example", Subject, AttributeSet.Empty, default);

        (await RefusedAsync(Subject)).ShouldContain("several issuers");
        (await EraseAsync(Subject, Issuer)).Done.ShouldBeTrue();
        (await _users.FindAsync(Subject, null, default)).Single().Issuer.ShouldBe("https://other.example");
    }

    [Fact]
    public async Task A_pseudonym_says_as_much_as_the_issuers_word()
    {
        await SessionAsync(_person);

        var reply = await _desk.AnswerAsync(
            new ErasureRequest
            {
                Verb = ErasureVerb.Erase,
                Person = _person,
                Why = "request 42",
            },
            "uid:1",
            default
        );

        reply.Done.ShouldBeTrue();
        (await _users.FindAsync(Subject, null, default)).ShouldBeEmpty();
    }

    private async Task<SessionId> SessionAsync(string person)
    {
        var id = SessionId.New();
        await SayAsync(id, person, "running");
        await SayAsync(id, person, "ended");
        return id;
    }

    private async Task SayAsync(SessionId id, string person, string detail) =>
        await _journal.AppendAsync(
            new Entry
            {
                Kind = EntryKind.State,
                Session = id,
                Person = person,
                Detail = detail,
                Payloads = detail == "running" ? [new Payload("request", "text/plain", "x"u8.ToArray())] : [],
            },
            default
        );

    private string KeyOf(SessionId id) => File.ReadAllText(Path.Combine(_state.Payloads, $"{id}.key"));

    private async Task<List<string>> DetailsAsync()
    {
        var details = new List<string>();
        await foreach (var leaf in new LogDirectory(_state.Log).ReadAsync(0, long.MaxValue, default))
        {
            var entry = EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry;
            if (entry is { Kind: EntryKind.Instance, Target: { } target })
            {
                target.ShouldBe($"person {_person}");
                details.Add(entry.Detail!);
            }
        }

        return details;
    }

    private Task<ErasureReply> EraseAsync(string subject, string? issuer = null) =>
        _desk.AnswerAsync(
            new ErasureRequest
            {
                Verb = ErasureVerb.Erase,
                User = subject,
                Issuer = issuer,
                Why = "request 42",
            },
            "uid:1",
            default
        );

    private async Task<string> RefusedAsync(string subject) =>
        (await Should.ThrowAsync<ControlException>(() => EraseAsync(subject))).Problem.Error;
}
