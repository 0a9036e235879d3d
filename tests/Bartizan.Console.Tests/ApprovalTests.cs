using Bartizan.Client.Approvals;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

public sealed class ApprovalTests(Chromium chromium)
{
    [Fact]
    public async Task An_ask_is_shown_whole_and_approved_by_the_digest_of_what_was_shown()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        var ask = Made.Ask();
        host.Script!.Asks = [ask];
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/approvals");
        await window.Page.ClickAsync(".ask");
        var effect = await window.Page.InnerTextAsync(".effect");
        ask.Details.ShouldAllBe(line => effect.Contains(line, StringComparison.Ordinal));

        // Another effect takes its place while it is looked at: the answer still carries what was shown.
        host.Script.Asks = [ask with { Digest = "another", Action = "tool mail/send to everybody" }];
        await window.Page.FillAsync("#reason", "looks right");
        await window.Page.SelectOptionAsync("#scope", "session");
        await window.Page.ClickAsync("text=Approve exactly this");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("it was answered");
        var answer = host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<AnswerRequest>();
        answer.ShouldBe(
            new AnswerRequest
            {
                Id = ask.Id,
                Digest = ask.Digest,
                Granted = true,
                Scope = "session",
                Reason = "looks right",
            }
        );
    }

    [Fact]
    public async Task A_draft_is_edited_as_json_and_hides_nothing()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Asks = [Made.Ask() with { Arguments = "{\"to\":\"bob\u202e@example.com\"}" }];
        await using var window = await chromium.OpenAsync(host.Address);

        await window.GoAsync("/approvals/a-0123456789ab");
        await window.Page.ClickAsync("text=Write the arguments anew");
        (await window.Page.InputValueAsync("#arguments")).ShouldBe("{\"to\":\"bob\\u202e@example.com\"}");
        await window.Page.FillAsync("#arguments", "{\"to\":\"carol@example.com\"}");
        await window.Page.ClickAsync("text=Put these in their place");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("it was answered");
        var answer = host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<AnswerRequest>();
        answer.Arguments.ShouldBe("{\"to\":\"carol@example.com\"}");
    }

    [Fact]
    public async Task Who_may_not_say_yes_is_told_why_and_has_no_button_for_it()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Asks = [Made.Ask() with { WhyNot = "you started the session" }];
        await using var window = await chromium.OpenAsync(host.Address, scripts: false);

        await window.GoAsync("/approvals/a-0123456789ab");
        (await window.Page.InnerTextAsync("main")).ShouldContain("Your yes doesn't count: you started the session");
        (await window.Page.Locator("button[value=approve]").CountAsync()).ShouldBe(0);
        await window.Page.ClickAsync("button[value=deny]");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("it was answered");
        host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<AnswerRequest>().Granted.ShouldBeFalse();
    }
}
