using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Guards.Classifiers;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Classifiers;

/// <summary>Content that makes a classifier slow: it is held against its own session alone, and never counts as judged.</summary>
public sealed class ClassifierAttackTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_session_whose_texts_hang_it_keeps_no_other_waiting()
    {
        await using var peer = Hanging("SLOW");
        var clock = new ManualClock();
        var houses = new Houses(new House(Guards(peer.Url)), new House(Guards(peer.Url)));
        await using var guard = new ClassifierGuard(houses, clock);
        var attack = Enumerable.Range(0, 10).Select(n => AskAsync(guard, houses.One, Long($"SLOW{n}", 30))).ToList();
        await ShownAsync(peer, 4);

        var other = await AskAsync(guard, houses.Other, "It rains.").WaitAsync(_soon);

        other.Strictest.ShouldBe(Effect.Allow);
        other.Labels.ShouldBe(Labels.None);
        peer.Bodies.Count.ShouldBe(5);
        attack.ShouldAllBe(one => !one.IsCompleted);
    }

    [Fact]
    public async Task Time_for_an_answer_begins_with_its_turn_and_a_whole_text_has_its_own()
    {
        await using var peer = new ScriptedClassifier(_ => null);
        var clock = new ManualClock();
        var houses = new Houses(new House(Guards(peer.Url, "report")), new House(Guards(peer.Url)));
        await using var guard = new ClassifierGuard(houses, clock);
        var attack = AskAsync(guard, houses.One, Long("x", 60));
        for (var second = 1; second <= 8; second++)
        {
            // A few at once, in order; the next ones are asked when those had all of their time.
            await ShownAsync(peer, 4 * second);
            attack.IsCompleted.ShouldBeFalse();
            peer.Bodies.Count.ShouldBe(4 * second);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        var report = await attack.WaitAsync(_soon);
        report.Strictest.ShouldBe(Effect.Allow);
        report.Labels.ShouldBe(Labels.Untrusted);
        peer.Bodies.Count.ShouldBe(32);
    }

    [Fact]
    public async Task When_nobody_waits_any_more_it_isnt_asked_any_more_and_the_text_counts_as_untrusted()
    {
        await using var peer = Hanging("SLOW");
        var houses = new Houses(new House(Guards(peer.Url, "report")), new House(Guards(peer.Url)));
        await using var guard = new ClassifierGuard(houses, new ManualClock());
        using var stop = new CancellationTokenSource();
        var attack = AskAsync(guard, houses.One, Long("SLOW", 60), stop.Token);
        await ShownAsync(peer, 4);
        houses.One.Session.Labels.ShouldBe(Labels.None);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => attack.WaitAsync(_soon));
        houses.One.Session.Labels.ShouldBe(Labels.Untrusted);
        await ShownAsync(() => peer.Left == 4);
        peer.Bodies.Count.ShouldBe(4);

        // Its turns are free again.
        (await AskAsync(guard, houses.One, "It rains.").WaitAsync(_soon)).Strictest.ShouldBe(Effect.Allow);
    }

    private static string Guards(string url, string mode = "block") =>
        $$"""{ classifiers: [ { name: guess, url: "{{url}}", within: 1s, on_failure: {{mode}} } ] }""";

    private static ScriptedClassifier Hanging(string word) =>
        new(body => body.Contains(word) ? null : ScriptedClassifier.Json("""{"score":0.0}"""));

    // Each window another, with the word.
    private static string Long(string word, int windows) =>
        string.Concat(Enumerable.Range(0, windows * 1024).Select(n => $"{word} {n:x6} ".PadRight(16)));

    private static Task ShownAsync(ScriptedClassifier peer, int count) => ShownAsync(() => peer.Bodies.Count >= count);

    private static async Task ShownAsync(Func<bool> what)
    {
        using var limit = new CancellationTokenSource(_soon);
        while (!what())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private static Task<GuardReport> AskAsync(
        ClassifierGuard guard,
        House house,
        string answer,
        CancellationToken cancellationToken = default
    ) =>
        guard
            .InspectAsync(
                new AgentAction
                {
                    Session = house.Session.Id,
                    Target = new ModelTarget("a", "b"),
                    Point = "test",
                    Payloads =
                    [
                        new Payload(
                            "request",
                            "application/json",
                            JsonSerializer.SerializeToUtf8Bytes(
                                new { messages = new[] { new { role = "tool", content = answer } } }
                            )
                        ),
                    ],
                },
                cancellationToken
            )
            .AsTask();

    private sealed record Houses(House One, House Other) : ISessions
    {
        public bool FleetRunning => true;

        public Session? Find(SessionId id) => One.Find(id) ?? Other.Find(id);
    }
}
