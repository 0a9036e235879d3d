using Bartizan.Core.Enforcement;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Tests.Approvals;

namespace Bartizan.Daemon.Tests.Attacks;

/// <summary>An agent that asks as much as it can, with as much as it can, makes nobody's open window cost anything.</summary>
public sealed class InboxFloodAttacks
{
    private const int Looks = 1000;
    private const int Large = 100_000;

    [Fact]
    public async Task Who_watches_reads_no_list_of_people_and_nothing_of_what_is_asked()
    {
        using var scene = AskScene.With("{ by: alice }");
        var requests = await FloodAsync(scene);
        var first = scene.Inbox.Waiting;
        first.Count.ShouldBe(ApprovalInbox.MaxWaitingOfSession);
        var (read, allocated) = (scene.PeopleRead, GC.GetAllocatedBytesForCurrentThread());

        for (var look = 0; look < Looks; look++)
        {
            scene.Inbox.Waiting.ShouldBeSameAs(first);
        }

        scene.PeopleRead.ShouldBe(read);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(Looks * 1024L);
        await EndAsync(scene, requests);
        scene.Inbox.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_reads_the_people_once_and_arguments_are_of_the_ask_that_is_opened()
    {
        using var scene = AskScene.With("{ by: alice }");
        var requests = await FloodAsync(scene);
        scene.Inbox.Asks(AskScene.Alice);
        var (read, allocated) = (scene.PeopleRead, GC.GetAllocatedBytesForCurrentThread());

        var asks = scene.Inbox.Asks(AskScene.Alice).Asks;

        (scene.PeopleRead - read).ShouldBe(1);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(asks.Count * (long)Large);
        asks.ShouldAllBe(ask => ask.Arguments == null);
        scene.Inbox.Ask(AskScene.Alice, asks[0].Id)!.Arguments!.Length.ShouldBeGreaterThan(Large);
        scene.Inbox.Ask(AskScene.Alice, "a-000000000000").ShouldBeNull();
        await EndAsync(scene, requests);
    }

    [Fact]
    public async Task A_killed_session_s_asks_are_no_longer_told_of_at_once()
    {
        using var scene = AskScene.With("{ by: alice }");
        var requests = await FloodAsync(scene);
        scene.Inbox.Waiting.ShouldNotBeEmpty();

        scene.Control.End();

        scene.Inbox.Waiting.ShouldBeEmpty();
        await EndAsync(scene, requests);
    }

    [Fact]
    public void The_list_of_people_is_made_out_once_and_a_change_of_as_many_bytes_counts_at_once()
    {
        var home = Directory.CreateTempSubdirectory("bartizan-people-").FullName;
        var path = Path.Combine(home, EnrolledPeople.FileName);
        var list = new EnrolledFile(home);
        list.Read().ShouldBeSameAs(EnrolledPeople.Nobody);
        File.WriteAllText(path, "people:\n  - { name: alice, uid: 4201 }\n");
        var written = File.GetLastWriteTimeUtc(path);
        for (var read = 0; read < Looks; read++)
        {
            list.Read().People.Keys.ShouldBe([AskScene.Alice]);
        }

        list.Parsed.ShouldBe(1);
        File.WriteAllText(path, "people:\n  - { name: alice, uid: 4202 }\n");
        File.SetLastWriteTimeUtc(path, written);
        list.Read().People.Keys.ShouldBe([AskScene.Bob]);

        File.WriteAllText(path, "people: nobody\n");
        for (var read = 0; read < Looks; read++)
        {
            Should.Throw<Client.ControlException>(list.Read);
        }

        list.Parsed.ShouldBe(3);
        Directory.Delete(home, recursive: true);
    }

    private static async Task<List<Task<Passage>>> FloodAsync(AskScene scene)
    {
        var requests = new List<Task<Passage>>();
        for (var ask = 0; ask < ApprovalInbox.MaxWaitingOfSession; ask++)
        {
            requests.Add(
                scene.RequestAsync(
                    $$"""{"n":{{ask}},"to":"{{new string('x', Large)}}"}""",
                    redrafted: (action, _) => new Redraft(action, null)
                )
            );
            await scene.RaisedAsync();
        }

        return requests;
    }

    private static async Task EndAsync(AskScene scene, List<Task<Passage>> requests)
    {
        scene.Control.End();
        (await Task.WhenAll(requests)).ShouldAllBe(passage => !passage.Granted);
    }
}
