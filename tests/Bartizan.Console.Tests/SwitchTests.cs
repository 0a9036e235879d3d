using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Console.Views;
using Bartizan.Control;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>What is switched is what the page said.</summary>
public sealed class SwitchTests(Chromium chromium)
{
    [Fact]
    public async Task All_says_that_what_begins_meanwhile_is_meant_too()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/switch/kill");
        (await window.Page.InnerTextAsync("main")).ShouldContain("sessions that begin before it is done are meant too");
        await window.GoAsync($"/sessions/{Made.SessionId(1)}/kill");
        (await window.Page.InnerTextAsync("main")).ShouldNotContain("whole instance");
        await window.GoAsync("/switch/kill");
        await window.Page.ClickAsync("main button.danger");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("1 session killed");
        host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<SwitchRequest>().All.ShouldBeTrue();
    }

    [Fact]
    public async Task A_number_of_asks_that_is_not_known_takes_no_page_away()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];
        host.Script.On(
            nameof(IInstance.Waiting),
            _ => throw new ControlException(new ControlProblem(3, "`people.yaml` can't be read"))
        );
        await using var window = await chromium.OpenAsync(host.Address);

        (await window.GoAsync($"/sessions/{Made.SessionId(1)}/kill")).Status.ShouldBe(200);
        (await window.Page.InnerTextAsync("[role=alert]")).ShouldContain("isn't known: `people.yaml` can't be read");
        await window.Page.ClickAsync("main button.danger");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("1 session killed");
    }

    [Theory]
    [InlineData("support-eu@1", true)]
    [InlineData("sales@2", true)]
    [InlineData("sales-eu@2", false)]
    [InlineData("billing", false)]
    [InlineData("billing@support-eu", false)]
    public void A_page_names_the_agents_that_its_person_may_switch(string agent, bool may)
    {
        var frame = Frame.Bare("all") with { Switchable = ["support-*", "sales"] };
        frame.Switches(agent).ShouldBe(may);
        (frame with { Switchable = ["*"] }).Switches(agent).ShouldBeTrue();
        (frame with { Switchable = [] }).Switches(agent).ShouldBeFalse();
    }
}
