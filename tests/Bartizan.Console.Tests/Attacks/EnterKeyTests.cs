using Bartizan.Client.Approvals;
using Bartizan.Client.Sessions;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests.Attacks;

/// <summary>Enter in a field of text does nothing that can't be undone: who writes why not must not have said yes.</summary>
public sealed class EnterKeyTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enter_in_the_reason_of_an_ask_answers_nothing(bool scripts)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Asks = [Made.Ask()];
        await using var window = await chromium.OpenAsync(host.Address, scripts: scripts);

        await window.GoAsync("/approvals/a-0123456789ab");
        await TypeAsync(window, "#reason", "no, deletes production");
        await window.Page.ClickAsync("button[value=deny]");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("it was answered");
        var answer = host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<AnswerRequest>();
        answer.Granted.ShouldBeFalse();
        answer.Reason.ShouldBe("no, deletes production");
    }

    [Fact]
    public async Task Enter_in_the_reason_of_arguments_that_are_written_anew_puts_nothing_in_their_place()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Asks = [Made.Ask()];
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/approvals/a-0123456789ab");
        await window.Page.ClickAsync("text=Write the arguments anew");
        await TypeAsync(window, "#why", "as I thought");
        await window.Page.ClickAsync("button[value=deny]");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("it was answered");
        var answer = host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<AnswerRequest>();
        answer.Granted.ShouldBeFalse();
        answer.Arguments.ShouldBeNull();
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("pause")]
    public async Task Enter_in_the_reason_of_a_switch_throws_nothing(string verb)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];
        await using var window = await chromium.OpenAsync(host.Address);
        var path = $"/sessions/{Made.SessionId(1)}/{verb}";

        await window.GoAsync(path);
        await TypeAsync(window, "#reason", "is it this one?");
        await window.Page.ClickAsync("text=Leave it as it is");

        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("triage@3");
        host.Script.Asked.ShouldBeEmpty();
        await window.GoAsync(path);
        await window.Page.FillAsync("#reason", "it is");
        await window.Page.ClickAsync("main form button:visible");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("1 session");
        host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<SwitchRequest>().Reason.ShouldBe("it is");
    }

    // By the keys themselves: a form is sent by Enter only where the browser thinks so.
    private static async Task TypeAsync(Window window, string field, string text)
    {
        await window.Page.FocusAsync(field);
        await window.Page.Keyboard.TypeAsync(text);
        await window.Page.Keyboard.PressAsync("Enter");
    }
}
