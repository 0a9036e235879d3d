using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Bartizan.Console.Tests.Chromium))]

namespace Bartizan.Console.Tests;

/// <summary>The distribution's Chromium, once for all tests; skipped with a reason where it isn't installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why no browser can be driven here; null when one can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (s_places.FirstOrDefault(File.Exists) is not { } program)
        {
            Missing = "Chromium is not installed: apt-get install chromium";
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"],
            }
        );
    }

    /// <summary>A window of its own.</summary>
    internal async Task<Window> OpenAsync(Uri address, int width = 1280, bool dark = false, bool scripts = true)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = address.ToString(),
                ViewportSize = new ViewportSize { Width = width, Height = 860 },
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                JavaScriptEnabled = scripts,
                IgnoreHTTPSErrors = true,
            }
        );
        return await Window.OpenAsync(context, address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
