using System.Net;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Pages of others that a caller's browser shows, where callers show nothing.</summary>
public sealed class HostilePageTests
{
    private const string Anybody = "    anonymous: It answers the public.";

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("Same-Origin")]
    [InlineData("")]
    [InlineData("none, cross-site")]
    public async Task A_page_of_another_origin_asks_for_nothing_by_a_picture_or_a_link(string site)
    {
        await using var house = await InboundHouse.StartAsync(callers: Anybody);

        using var answer = await FromAsync(house, site);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("same-origin")]
    public async Task Who_types_the_address_or_reads_a_page_of_it_is_let_in(string site)
    {
        await using var house = await InboundHouse.StartAsync(callers: Anybody);

        using var answer = await FromAsync(house, site);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8443")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("1")]
    [InlineData("127.1")]
    public async Task A_name_that_somebody_let_lead_here_is_no_name_of_ours(string host)
    {
        await using var house = await InboundHouse.StartAsync(callers: Anybody);

        using var rebound = await FromAsync(house, "same-origin", host);
        using var known = await FromAsync(house, "same-origin", host, InboundHouse.Key);

        rebound.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        known.StatusCode.ShouldBe(HttpStatusCode.OK, "no page of another has a key");
        house.Agent.Requests.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("localhost", "")]
    [InlineData("[::1]:8443", "")]
    [InlineData("agent.example.com", "  hosts: [agent.example.com]")]
    public async Task A_name_or_address_of_ours_is_one(string host, string serve)
    {
        await using var house = await InboundHouse.StartAsync(callers: Anybody, serve: serve);

        using var answer = await FromAsync(house, "same-origin", host);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> FromAsync(
        InboundHouse house,
        string site,
        string? host = null,
        string? key = null
    ) =>
        house.SendAsync(
            HttpMethod.Get,
            "/open/a",
            null,
            key,
            request =>
            {
                request.Headers.TryAddWithoutValidation("sec-fetch-site", site);
                request.Headers.Host = host;
            }
        );
}
