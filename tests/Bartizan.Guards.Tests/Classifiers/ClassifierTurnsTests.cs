using Bartizan.Core.Sessions;
using Bartizan.Guards.Classifiers;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Classifiers;

/// <summary>Whoever asks much waits longer, and nobody else does.</summary>
public sealed class ClassifierTurnsTests
{
    private static readonly Uri _url = new("http://one.example/");
    private readonly ClassifierTurns _turns = new();

    [Fact]
    public async Task A_session_with_much_to_ask_keeps_no_other_waiting()
    {
        var (greedy, other) = (NewSession(), NewSession());
        var asked = Ask(greedy, 40);

        asked.Count(t => t.IsCompleted).ShouldBe(ClassifierTurns.MaxOfSession);
        (await _turns.TakeAsync(_url, other, TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Where_all_are_taken_the_next_free_one_is_for_who_has_none()
    {
        var greedy = Enumerable
            .Range(0, ClassifierTurns.MaxAtOnce / ClassifierTurns.MaxOfSession)
            .Select(_ => NewSession());
        var asked = greedy.Select(session => Ask(session, 40)).ToList();
        asked.Sum(all => all.Count(t => t.IsCompleted)).ShouldBe(ClassifierTurns.MaxAtOnce);
        var late = Ask(NewSession(), 1)[0];
        late.IsCompleted.ShouldBeFalse();

        (await asked[0][0])!.Dispose();

        (await late).ShouldNotBeNull();
        asked.Sum(all => all.Count(t => t.IsCompleted)).ShouldBe(ClassifierTurns.MaxAtOnce);
    }

    [Fact]
    public async Task Another_address_has_turns_of_its_own()
    {
        for (var session = 0; session < 4; session++)
        {
            Ask(NewSession(), 40);
        }

        var elsewhere = new Uri("http://other.example/");
        (await _turns.TakeAsync(elsewhere, NewSession(), TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_stops_waiting_takes_no_turn_along()
    {
        var session = NewSession();
        var held = Ask(session, ClassifierTurns.MaxOfSession);
        using var stop = new CancellationTokenSource();
        var gone = Enumerable.Range(0, 20).Select(_ => _turns.TakeAsync(_url, session, stop.Token).AsTask()).ToList();
        var stays = Ask(session, 1)[0];

        await stop.CancelAsync();
        foreach (var one in gone)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => one);
        }

        (await held[0])!.Dispose();
        (await stays).ShouldNotBeNull();
    }

    [Fact]
    public async Task Too_many_that_wait_are_none()
    {
        var session = NewSession();
        Ask(session, ClassifierTurns.MaxOfSession + ClassifierTurns.MaxWaiting);
        (await _turns.TakeAsync(_url, session, TestContext.Current.CancellationToken)).ShouldBeNull();
        (await _turns.TakeAsync(_url, NewSession(), TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    private List<Task<IDisposable?>> Ask(Session session, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => _turns.TakeAsync(_url, session, TestContext.Current.CancellationToken).AsTask()),
        ];

    private static Session NewSession() => new House("{ input: { injection: block } }").Session;
}
