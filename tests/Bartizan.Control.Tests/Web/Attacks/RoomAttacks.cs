using Bartizan.Client.People;
using Bartizan.Control.People;
using Bartizan.Core.Entries;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Who fills the room for sign-ins, so that nobody else comes in.</summary>
public sealed class RoomAttacks
{
    private const string Here = "192.0.2.1";
    private static readonly System.Collections.Immutable.ImmutableArray<Grant> s_viewer =
    [
        Grant.OfEverything(Role.Viewer),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_makes_people_up_keeps_nobody_from_signing_in(bool withRoles)
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        for (var one = 0; one < PersonSessions.MaxSessions + 10; one++)
        {
            await scene.SignIns.AdmitAsync($"oidc:{one}", "openid", Here, () => withRoles ? s_viewer : []);
        }

        var browser = await scene.EnterAsync(alice);

        using var me = await scene.GetAsync("/v1/me", browser);
        me.IsSuccessStatusCode.ShouldBeTrue();
        scene.Sessions.All().Length.ShouldBeLessThanOrEqualTo((PersonSessions.MaxSessions / 2) + 1);
    }

    [Fact]
    public async Task People_without_a_role_give_way_to_people_with_one()
    {
        await using var scene = await WebScene.OpenAsync();
        for (var one = 0; one < PersonSessions.MaxSessions; one++)
        {
            scene.Sessions.Open($"none{one}@example.com", "passphrase", Here, () => []);
        }

        for (var one = 0; one < PersonSessions.MaxSessions; one++)
        {
            scene.Sessions.Open($"one{one}@example.com", "passphrase", Here, () => s_viewer).ShouldNotBeNull();
        }

        scene.Sessions.All().Length.ShouldBe(PersonSessions.MaxSessions);
        scene.Sessions.Open("more@example.com", "passphrase", Here, () => s_viewer).ShouldBeNull();
        scene.Sessions.Open("none@example.com", "passphrase", Here, () => []).ShouldBeNull();
    }

    [Fact]
    public async Task The_glass_is_broken_when_all_room_is_taken()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        for (var one = 0; one < PersonSessions.MaxSessions; one++)
        {
            scene.Sessions.Open($"one{one}@example.com", "passphrase", Here, () => s_viewer).ShouldNotBeNull();
        }

        (await scene.SignIns.BreakGlassAsync(reply.Token!, Here)).Session.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_provider_doesnt_end_the_glass_by_signing_its_person_in_again_and_again()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        var glass = (await scene.SignIns.BreakGlassAsync(reply.Token!, Here)).Session!;
        for (var one = 0; one < PersonSessions.MaxOfPerson * 2; one++)
        {
            await scene.SignIns.AdmitAsync("carol@example.com", "openid", Here, () => []);
        }

        scene.Sessions.IsLive(glass).ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_of_the_glass_that_opened_nothing_still_holds_and_nobody_is_told()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        scene.Journal.Before = (_, _) => throw new IOException("full");
        await Should.ThrowAsync<IOException>(() => scene.SignIns.BreakGlassAsync(reply.Token!, Here));
        scene.SignIns.Notices.ShouldBeEmpty();
        scene.Sessions.All().ShouldBeEmpty();
        scene.Journal.Before = null;

        (await scene.SignIns.BreakGlassAsync(reply.Token!, Here)).Session.ShouldNotBeNull();

        scene.SignIns.Notices.ShouldHaveSingleItem();
        scene.Journal.Of(EntryKind.Finding).ShouldHaveSingleItem();
        (await scene.SignIns.BreakGlassAsync(reply.Token!, Here)).Session.ShouldBeNull();
    }
}
