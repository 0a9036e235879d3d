using Bartizan.Client.Sessions;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>Without a mouse.</summary>
public sealed class KeyboardTests(Chromium chromium)
{
    [Fact]
    public async Task From_the_skip_link_to_a_session_and_its_end_by_keys_alone()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];
        await using var window = await chromium.OpenAsync(host.Address);
        var keys = window.Page.Keyboard;

        await window.GoAsync("/");
        await Assertions.Expect(window.Page.Locator("#filter")).ToBeVisibleAsync();
        await keys.PressAsync("Tab");
        await Assertions.Expect(window.Page.Locator(".skip")).ToBeFocusedAsync();
        await Assertions.Expect(window.Page.Locator(".skip")).ToBeInViewportAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(window.Page.Locator("#main")).ToBeFocusedAsync();
        await TabToAsync(window, "#sessions tbody a");
        await keys.PressAsync("Enter");

        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("triage@3");
        await TabToAsync(window, "a.danger");
        await keys.PressAsync("Enter");
        await TabToAsync(window, "#reason");
        await keys.TypeAsync("by hand");
        await TabToAsync(window, "main button.danger");
        await keys.PressAsync("Enter");

        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("1 session killed");
        host.Script.Asked.ShouldHaveSingleItem().Request.ShouldBeOfType<SwitchRequest>().Reason.ShouldBe("by hand");
    }

    private static async Task TabToAsync(Window window, string selector)
    {
        const int MaxTabs = 30;
        for (var at = 0; at < MaxTabs; at++)
        {
            if (await window.Page.Locator(selector).And(window.Page.Locator(":focus")).CountAsync() == 1)
            {
                var outline = await window
                    .Page.Locator(":focus")
                    .EvaluateAsync<string>("element => getComputedStyle(element).outlineStyle");
                outline.ShouldBe("solid", $"where one is can't be seen: {selector}");
                return;
            }

            await window.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"`{selector}` isn't reached by the keyboard");
    }
}
