using Bartizan.Client;
using Bartizan.Client.Erasures;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Users;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Tests.Erasures;

public sealed class ErasureDeskTests : IAsyncLifetime
{
    private const string Two =
        "people:\n  - { name: alice@example.com, uid: 4201 }\n  - { name: bob@example.com, uid: 4202 }\n";
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-erase-").FullName;
    private readonly SessionId _session = SessionId.New();
    private StateDirectory _state = null!;
    private Journal _journal = null!;
    private EndUserBook _users = null!;
    private ErasureDesk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        _state = StateDirectory.Take(_home)!;
        _journal = await Journal.OpenAsync(JournalOptions.In(_home), TimeProvider.System, default);
        _users = new EndUserBook(_state.Users);
        _desk = new ErasureDesk(_journal, _state, _users, TimeProvider.System);
        foreach (var (detail, payload) in new[] { ("running", true), ("ended", false) })
        {
            await _journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.State,
                    Session = _session,
                    Person = "carol",
                    Detail = detail,
                    Payloads = payload ? [new Payload("request", "text/plain", "x"u8.ToArray())] : [],
                },
                default
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _users.Dispose();
        _state.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task One_of_two_enrolled_people_can_t_erase_alone()
    {
        Enrol(Two);

        var asked = await AskAsync(ErasureVerb.Erase, "uid:4201");

        asked.Done.ShouldBeFalse();
        IsErased.ShouldBeFalse();
        (await RefusedAsync(Approval(asked), "uid:4201")).ShouldContain("takes another person");
        (await RefusedAsync(Approval(asked), "uid:9999")).ShouldContain("not enrolled");
        IsErased.ShouldBeFalse();
        var done = await _desk.AnswerAsync(Approval(asked), "uid:4202", default);
        done.Sessions.ShouldBe([_session.ToString()]);
        IsErased.ShouldBeTrue();
        (await RefusedAsync(Approval(asked), "uid:4202")).ShouldContain("no request");
    }

    [Fact]
    public async Task A_person_under_two_names_is_one_person()
    {
        Enrol("people:\n  - { name: alice, uid: 4201 }\n  - { name: also alice, uid: 4201 }\n");

        (await RefusedAsync(Request(ErasureVerb.Erase), "uid:4201")).ShouldContain("of their own");
    }

    [Theory]
    [InlineData(null, "fewer are enrolled")]
    [InlineData("people:\n  - { name: alice, uid: 4201 }\n", "fewer are enrolled")]
    [InlineData("people: []\nalone:\n", "fewer are enrolled")]
    [InlineData("people: []\nowner: me\n", "can't be read")]
    [InlineData("people:\n  - { name: alice }\n", "can't be read")]
    public async Task Without_two_people_nothing_is_erased_unless_the_state_says_why_one_may(
        string? people,
        string says
    )
    {
        Enrol(people);

        (await RefusedAsync(Request(ErasureVerb.Erase), "uid:4201")).ShouldContain(says);
        IsErased.ShouldBeFalse();

        Enrol("people: []\nalone: one person runs this machine\n");
        (await AskAsync(ErasureVerb.Erase, "uid:4201")).Done.ShouldBeTrue();
        IsErased.ShouldBeTrue();
    }

    [Fact]
    public async Task A_hold_is_taken_by_one_person_and_lifted_by_two()
    {
        Enrol(Two);
        (await AskAsync(ErasureVerb.Hold, "uid:4201")).Done.ShouldBeTrue();
        (await RefusedAsync(Request(ErasureVerb.Erase), "uid:4202")).ShouldContain("legal hold");

        var lift = await AskAsync(ErasureVerb.Release, "uid:4201");

        lift.Done.ShouldBeFalse();
        (await RefusedAsync(Request(ErasureVerb.Erase), "uid:4202")).ShouldContain("legal hold");
        (await _desk.AnswerAsync(Approval(lift), "uid:4202", default)).Done.ShouldBeTrue();
        (await AskAsync(ErasureVerb.Erase, "uid:4202")).Done.ShouldBeFalse();
    }

    [Fact]
    public async Task A_hold_that_comes_between_request_and_approval_wins()
    {
        Enrol(Two);
        var asked = await AskAsync(ErasureVerb.Erase, "uid:4201");
        await AskAsync(ErasureVerb.Hold, "uid:4202");

        (await RefusedAsync(Approval(asked), "uid:4202")).ShouldContain("legal hold");
        IsErased.ShouldBeFalse();
    }

    [Fact]
    public async Task Changes_that_wait_are_decided_about_first()
    {
        Enrol("people: []\nalone: one person runs this machine\n");
        Directory.CreateDirectory(_state.Session(_session));

        (await RefusedAsync(Request(ErasureVerb.Erase), "uid:4201")).ShouldContain("workspace");
    }

    private bool IsErased => File.ReadAllText(Path.Combine(_state.Payloads, $"{_session}.key")) == "erased\n";

    private void Enrol(string? people)
    {
        var path = Path.Combine(_home, EnrolledPeople.FileName);
        File.Delete(path);
        if (people is not null)
        {
            File.WriteAllText(path, people);
        }
    }

    private ErasureRequest Request(ErasureVerb verb) =>
        new()
        {
            Verb = verb,
            Session = _session.ToString(),
            Why = "request 42",
        };

    private static ErasureRequest Approval(ErasureReply asked) => new() { Verb = ErasureVerb.Approve, Id = asked.Id };

    private Task<ErasureReply> AskAsync(ErasureVerb verb, string person) =>
        _desk.AnswerAsync(Request(verb), person, default);

    private async Task<string> RefusedAsync(ErasureRequest request, string person) =>
        (await Should.ThrowAsync<ControlException>(() => _desk.AnswerAsync(request, person, default))).Problem.Error;
}
