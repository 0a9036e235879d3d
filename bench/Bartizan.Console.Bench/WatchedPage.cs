using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control.People;
using Microsoft.Playwright;

namespace Bartizan.Console.Bench;

/// <summary>The console's first page as a signed-in person has it, with a note of when each row came to say what it says.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private const string Person = "watcher@example.com";
    private const string Passphrase = "a bench's long passphrase";

    // When the frame after a change has been drawn, as far as a page can know.
    private const string Watch = """
        () => {
          window.seen = new Map();
          new MutationObserver((changes) => {
            const cells = new Set(changes.map((change) => change.target.parentElement?.closest?.("[data-slot=refusals]")
              ?? change.target.closest?.("[data-slot=refusals]")).filter(Boolean));
            requestAnimationFrame(() => setTimeout(() => {
              for (const cell of cells) {
                const key = `${cell.closest("tr").dataset.id} ${cell.textContent}`;
                if (!window.seen.has(key)) window.seen.set(key, performance.timeOrigin + performance.now());
              }
            }));
          }).observe(document.querySelector("#sessions tbody"), { subtree: true, childList: true, characterData: true });
        }
        """;

    private const string Shown = "([session, refused]) => window.seen.get(`${session} ${refused}`)";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private WatchedPage(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        _page = page;
    }

    /// <summary>Makes an account, sets it up, signs in, and watches the page.</summary>
    public static async Task<WatchedPage> OpenAsync(ControlClient client, int many, CancellationToken cancellationToken)
    {
        var web =
            (await client.StatusAsync(cancellationToken)).Web
            ?? throw new InvalidOperationException("The instance has no console.");
        var added = await client.PeopleAsync(
            new PeopleRequest
            {
                Verb = PeopleVerb.Add,
                Person = Person,
                Grants = [new GrantLine("viewer", ["*"])],
            },
            cancellationToken
        );
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = "/usr/bin/chromium",
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"],
            }
        );
        var page = await browser.NewPageAsync(
            new BrowserNewPageOptions { BaseURL = web.Origin, IgnoreHTTPSErrors = true }
        );
        await EnterAsync(page, added.Token!);
        await Assertions.Expect(page.Locator("#sessions tbody tr")).ToHaveCountAsync(many);
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await page.EvaluateAsync(Watch);
        return new WatchedPage(playwright, browser, page);
    }

    /// <summary>When the page came to show that a session was refused so often, in milliseconds of the Unix epoch.</summary>
    public async Task<double> ShownAsync(string session, int refused)
    {
        object[] what = [session, refused];
        var shown = await _page.WaitForFunctionAsync(
            Shown,
            what,
            new PageWaitForFunctionOptions { PollingInterval = 20 }
        );
        return await shown.JsonValueAsync<double>();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static async Task EnterAsync(IPage page, string token)
    {
        await page.GotoAsync("/");
        await page.ClickAsync("text=Set up an account");
        await page.FillAsync("#person", Person);
        await page.FillAsync("#token", token);
        await page.ClickAsync("text=Go on");
        var secret = FromBase32(await page.InnerTextAsync("#secret"));
        await page.FillAsync("#passphrase", Passphrase);
        await page.FillAsync("#code", Code(0));
        await page.ClickAsync("button.primary");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("It is set up.");
        await page.ClickAsync("text=Sign in");
        await page.FillAsync("#person", Person);
        await page.FillAsync("#passphrase", Passphrase);

        // The code of now was used to set up.
        await page.FillAsync("#code", Code(1));
        await page.ClickAsync("button.primary");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Sessions");

        string Code(int later) => Totp.CodeOf(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + later);
    }

    // RFC 4648, section 6.
    private static byte[] FromBase32(string text)
    {
        var (bytes, bits, held) = (new List<byte>(), 0, 0);
        foreach (var letter in text.Where(char.IsAsciiLetterOrDigit))
        {
            held =
                ((held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal)) & 0xffff;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
            }
        }

        return [.. bytes];
    }
}
