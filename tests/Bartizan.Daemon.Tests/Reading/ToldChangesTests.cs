using Bartizan.Client.Sessions;
using Bartizan.Daemon.Reading;

namespace Bartizan.Daemon.Tests.Reading;

/// <summary>What one listener hears, and doesn't hear.</summary>
public sealed class ToldChangesTests
{
    private const int Looks = 100;

    [Fact]
    public void Who_sees_some_agents_hears_nothing_when_others_do_something()
    {
        var told = new ToldChanges(agent => agent == "support@1");
        var listed = ListedSessions.None.Next(0, [Session("s1", "support@1"), Session("s2", "billing@1")]);
        told.Next(listed, [], [], null)!.Sessions.ShouldHaveSingleItem().Session.ShouldBe("s1");
        var again = Enumerable.Range(0, Looks).Count(_ => told.Next(listed, [], [], null) is not null);
        again.ShouldBe(1);

        for (var look = 0; look < Looks; look++)
        {
            var others = Session("s2", "billing@1") with { Entries = look + 1, Calls = look + 1 };
            listed = listed.Next(look + 1, [Session("s1", "support@1"), others]);
            told.Next(listed, [], [], null).ShouldBeNull();
        }
    }

    [Fact]
    public void An_entry_of_theirs_is_told_of_and_once_more_when_it_can_be_read()
    {
        var told = new ToldChanges(_ => true);
        var listed = ListedSessions.None.Next(0, [Session("s1", "support@1")]);
        var before = told.Next(listed, [], [], null)!.Entries;
        listed = listed.Next(1, [Session("s1", "support@1") with { Entries = 1 }]);

        var first = told.Next(listed, [], [], null)!;
        var later = Enumerable
            .Range(0, Looks)
            .Select(_ => told.Next(listed, [], [], null))
            .OfType<Client.Events.LiveChange>();

        first.Entries.ShouldBeGreaterThan(before);
        var last = later.ToList().ShouldHaveSingleItem();
        last.Entries.ShouldBeGreaterThan(first.Entries);
        last.Sessions.ShouldBeEmpty();
    }

    [Fact]
    public void Who_sees_all_hears_of_every_entry_by_the_size_of_the_log()
    {
        var told = new ToldChanges(_ => true);
        told.Next(ListedSessions.None, [], [], 7)!.Entries.ShouldBe(7);
        told.Next(ListedSessions.None, [], [], 7).ShouldBeNull();
        told.Next(ListedSessions.None, [], [], 9)!.Entries.ShouldBe(9);
    }

    private static SessionSummary Session(string id, string agent) =>
        new()
        {
            Session = id,
            Agent = agent,
            Person = "alice",
            State = "running",
            Since = DateTimeOffset.UnixEpoch,
            Labels = "none",
            Kind = "run",
        };
}
