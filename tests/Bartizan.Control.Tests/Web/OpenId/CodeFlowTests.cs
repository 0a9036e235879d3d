using System.Net;
using System.Text.Json.Nodes;
using Bartizan.Client.People;
using Bartizan.Control.Web;
using Microsoft.AspNetCore.Builder;

namespace Bartizan.Control.Tests.Web.OpenId;

public sealed class CodeFlowTests
{
    [Fact]
    public async Task Somebody_signs_in_and_may_what_their_groups_may()
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync("/sessions?agent=support-eu");
        using var response = await trip.EndAsync(trip.Provider.SignIn(address, "248289", "support", "other"), mark);
        response.Headers.Location!.OriginalString.ShouldBe("/sessions?agent=support-eu");
        var me = await trip.MeAsync(response);
        me.Person.ShouldBe("oidc:248289");
        me.How.ShouldBe("openid");
        me.Grants.ShouldHaveSingleItem().Role.ShouldBe("viewer");
        me.Grants[0].Agents.ShouldBe(["support-*"]);
        trip.Scene.Journal.Entries[^1].Person.ShouldBe("oidc:248289");
        using var other = await trip.GoAsync("2", "ops", "support");
        (await trip.MeAsync(other)).Grants.Select(one => one.Role).ShouldBe(["operator", "viewer"]);
    }

    [Fact]
    public async Task Who_is_in_no_group_that_counts_may_see_nothing()
    {
        await using var trip = await Trip.OpenAsync();
        using var response = await trip.GoAsync("248289", "everybody");
        var me = await trip.MeAsync(response);
        me.Grants.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"ops\"")]
    [InlineData("{\"ops\":true}")]
    [InlineData("[\"ops\", 1]")]
    [InlineData("[[\"ops\"]]")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Groups_that_cant_be_read_give_nothing(string? groups)
    {
        await using var trip = await Trip.OpenAsync();
        trip.Provider.Claims = claims =>
        {
            if (groups is null)
            {
                claims.Remove("groups");
            }
            else
            {
                claims["groups"] = JsonNode.Parse(groups);
            }
        };
        using var response = await trip.GoAsync("248289");
        (await trip.MeAsync(response)).Grants.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"email":"Alice@Example.com","email_verified":true}""", "alice@example.com")]
    [InlineData("""{"email":"alice@example.com","email_verified":false}""", null)]
    [InlineData("""{"email":"alice@example.com","email_verified":"true"}""", null)]
    [InlineData("""{"email":"alice@example.com"}""", null)]
    [InlineData("""{"email":"root","email_verified":true}""", null)]
    [InlineData("""{"email":"alice@example.com\u202e","email_verified":true}""", null)]
    [InlineData("""{"email":"mi\u212Ae@example.com","email_verified":true}""", null)]
    [InlineData("""{"email":["alice@example.com"],"email_verified":true}""", null)]
    [InlineData("{}", null)]
    public async Task An_address_names_somebody_when_it_is_verified_and_only_then(string more, string? person)
    {
        await using var trip = await Trip.OpenAsync("email");
        trip.Provider.Claims = claims =>
        {
            foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            {
                claims[name] = value?.DeepClone();
            }
        };
        if (person is null)
        {
            await trip.RefusedAsync(trip.GoAsync("248289", "ops"), more);
            return;
        }

        using var response = await trip.GoAsync("248289", "ops");
        (await trip.MeAsync(response)).Person.ShouldBe(person);
    }

    [Fact]
    public async Task The_entrance_says_where_it_begins_and_who_leaves_is_told_where_else_to_sign_out()
    {
        await using var trip = await Trip.OpenAsync();
        using var entry = await trip.Scene.GetAsync("/v1/entry");
        (await WebScene.ReadAsync<EntryReply>(entry)).OpenId.ShouldBe("/auth/openid/begin");
        using var response = await trip.GoAsync("248289");
        var me = await trip.MeAsync(response);
        var cookie = response
            .Headers.GetValues("Set-Cookie")
            .First(one => one.StartsWith("__Host-bartizan=", StringComparison.Ordinal));
        using var left = await trip.Scene.PostAsync(
            "/v1/leave",
            new LeaveRequest(),
            new Browser(cookie.Split(';')[0].Split('=', 2)[1], me.Form!, me.Session!)
        );
        (await WebScene.ReadAsync<LeaveReply>(left)).Elsewhere!.ShouldStartWith(
            $"{trip.Provider.Issuer.Name}/logout?client_id=bartizan&"
        );
    }

    [Fact]
    public async Task Without_a_provider_there_is_nothing_to_begin()
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.GetAsync("/auth/openid/begin");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var back = await scene.GetAsync("/auth/openid/callback?code=a&state=b");
        back.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task With_a_console_who_failed_is_sent_to_where_one_signs_in()
    {
        await using var trip = await Trip.OpenAsync(
            pages: new WebPages(_ => { }, routes => routes.MapGet("/sign-in", () => "words"))
        );
        using var response = await trip.EndAsync([new("state", "made-up"), new("code", "<script>")], null);
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        response.Headers.Location!.OriginalString.ShouldBe("/sign-in?failed=openid");
    }
}
