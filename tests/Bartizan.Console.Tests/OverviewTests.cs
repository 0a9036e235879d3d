using Bartizan.Client.Events;
using Bartizan.Client.Sessions;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

public sealed class OverviewTests(Chromium chromium)
{
    [Fact]
    public async Task Sessions_are_shown_as_they_are_and_as_they_change()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        var next = new TaskCompletionSource<LiveChange>();
        host.Script!.Live = [Made.Session(1), Made.Session(2, "billing@1")];
        host.Script.Changes = _ => ThenAsync(next.Task);
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/");
        var rows = window.Page.Locator("#sessions tbody tr");
        (await rows.CountAsync()).ShouldBe(2);
        (await rows.First.InnerTextAsync()).ShouldContain("billing@1");

        await Assertions.Expect(window.Page.Locator("#live")).ToHaveTextAsync("live");
        next.SetResult(
            new LiveChange
            {
                Sessions = [Made.Session(2, "billing@1", "paused"), Made.Session(3, "news@2")],
                Gone = [Made.SessionId(1)],
                Asks = ["a-1", "a-2"],
                Entries = 9,
            }
        );

        await Assertions.Expect(rows.First).ToContainTextAsync("news@2");
        (await rows.CountAsync()).ShouldBe(2);
        await Assertions.Expect(rows.Nth(1).Locator("[data-slot=state]")).ToHaveTextAsync("paused");
        await Assertions.Expect(window.Page.Locator("#tally")).ToHaveTextAsync("1 running, 1 paused, 2 in all");
        await Assertions.Expect(window.Page.Locator("#asks-number")).ToHaveTextAsync("2");
    }

    [Fact]
    public async Task A_thousand_sessions_are_kept_up_to_date()
    {
        const int Many = 1000;
        await using var host = await ConsoleHost.ScriptedAsync();
        var next = new TaskCompletionSource<LiveChange>();
        host.Script!.Live = [.. Enumerable.Range(0, Many).Select(at => Made.Session(at))];
        host.Script.Changes = _ => ThenAsync(next.Task);
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/");
        var rows = window.Page.Locator("#sessions tbody tr");
        (await rows.CountAsync()).ShouldBe(Many);
        await Assertions.Expect(window.Page.Locator("#live")).ToHaveTextAsync("live");
        next.SetResult(
            new LiveChange
            {
                Sessions = [.. host.Script.Live.Select(session => session with { State = "paused", Calls = 4711 })],
                Entries = 2,
            }
        );

        await Assertions.Expect(window.Page.Locator("#tally")).ToHaveTextAsync("0 running, 1000 paused, 1000 in all");
        (await rows.Nth(Many - 1).InnerTextAsync()).ShouldContain("4,711");
        await window.Page.FillAsync("#find", "s- paused nothing-like-it");
        (await rows.Filter(new LocatorFilterOptions { Visible = true }).CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_matters_is_there_without_scripts()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];
        host.Script.Log = [Made.Row(4, "refusal", "network", "http", "GET https://elsewhere.example/")];
        await using var window = await chromium.OpenAsync(host.Address, scripts: false);

        await window.GoAsync("/");
        await window.Page.ClickAsync("#sessions a");
        (await window.Page.InnerTextAsync("#timeline")).ShouldContain("GET https://elsewhere.example/");
        await window.Page.ClickAsync("text=Kill…");
        await window.Page.FillAsync("#reason", "it went astray");
        await window.Page.ClickAsync("button.danger");

        await Assertions.Expect(window.Page.Locator("[role=status]").Last).ToContainTextAsync("1 session killed");
        var (_, request) = host.Script.Asked.ShouldHaveSingleItem();
        var kill = request.ShouldBeOfType<SwitchRequest>();
        (kill.Session, kill.All, kill.Reason).ShouldBe((Made.SessionId(1), false, "it went astray"));
    }

    private static async IAsyncEnumerable<LiveChange?> ThenAsync(Task<LiveChange> next)
    {
        yield return null;
        yield return await next;
        await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
    }
}
