using System.Net;
using Bartizan.Client.People;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Strangers who send much, or begin much and finish nothing.</summary>
public sealed class StrangerBodyAttacks
{
    private const int TooMany = 100;

    [Theory]
    [InlineData("/v1/enter")]
    [InlineData("/v1/setup")]
    [InlineData("/v1/break-glass")]
    [InlineData("/page")]
    public async Task A_stranger_sends_no_more_than_somebody_types(string path)
    {
        await using var scene = await WebScene.OpenAsync(Pages());
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var much = new string(' ', 16 << 10);

        using var strange = await scene.PostAsync(path, much);
        using var known = await scene.PostAsync(path, much, browser);

        strange.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        known.StatusCode.ShouldNotBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Strangers_who_finish_nothing_have_a_share_and_whoever_is_signed_in_has_no_part_in_it()
    {
        await using var scene = await WebScene.OpenAsync(Pages());
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));

        // Long enough that a client that is refused doesn't send it all the same.
        var request = new BreakGlassRequest { Token = new string('t', 4096) };
        var bodies = Enumerable.Range(0, TooMany).Select(_ => new HeldContent(request)).ToList();
        var parked = bodies.ConvertAll(body => scene.PostAsync("/v1/break-glass", request, null, body.HoldUp));
        await Task.WhenAll(parked.Zip(bodies, (answer, body) => Task.WhenAny(answer, body.Asked)));
        parked.Count(one => one.IsCompleted).ShouldBeGreaterThanOrEqualTo(TooMany / 2);

        using var known = await scene.GetAsync("/v1/me", browser);
        using var page = await scene.PostAsync("/page", "", browser);

        known.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        bodies.ForEach(body => body.Go());
        foreach (var response in await Task.WhenAll(parked))
        {
            ((int)response.StatusCode).ShouldBeOneOf(401, 429, 503);
            response.Dispose();
        }

        using var again = await scene.GetAsync("/v1/entry");
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        bodies.ForEach(body => body.Dispose());
    }

    private static WebPages Pages() =>
        new(
            _ => { },
            routes =>
                routes.MapPost(
                    "/page",
                    async (HttpContext context) =>
                    {
                        using var all = new StreamReader(context.Request.Body);
                        return (await all.ReadToEndAsync(context.RequestAborted)).Length.ToString(
                            System.Globalization.CultureInfo.InvariantCulture
                        );
                    }
                )
        );
}
