using System.Net;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Daemon;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>The console over a real instance, in a real browser.</summary>
public sealed class InstanceTests(Chromium chromium)
{
    [Fact]
    public async Task A_session_is_seen_its_refusal_appears_by_itself_and_it_is_killed()
    {
        await using var scene = await InstanceScene.OpenAsync();
        var attached = await scene.AttachAsync();
        await using var host = await ConsoleHost.OverAsync(scene.Home);
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/");
        await window.Page.ClickAsync("#sessions a:text('watched@1')");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("watched@1");
        await Assertions.Expect(window.Page.Locator("#live")).ToHaveTextAsync("live");
        (await scene.ThroughAsync(attached, "http://127.0.0.1:9/secret")).ShouldBe(HttpStatusCode.Forbidden);

        var refused = window.Page.Locator("#timeline [data-lane=network]");
        await Assertions.Expect(refused).ToContainTextAsync("http GET http://127.0.0.1:9/secret");
        await Assertions.Expect(refused).ToContainTextAsync("refused");
        await Assertions.Expect(window.Page.Locator("[data-slot=refusals]")).ToHaveTextAsync("1");

        await window.Page.ClickAsync("text=Kill…");
        await window.Page.FillAsync("#reason", "seen enough");
        await window.Page.ClickAsync("button.danger");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("killed, and nothing of it is left");
        await window.Page.ClickAsync("text=To the session");
        await Assertions.Expect(window.Page.Locator("#timeline")).ToContainTextAsync("seen enough");
        (await scene.Client.SessionsAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }
}
