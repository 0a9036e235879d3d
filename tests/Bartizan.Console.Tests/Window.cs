using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>
/// One window of a test's. Closing it fails the test when a page broke its content security policy, threw, or asked any other host for
/// anything.
/// </summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _wrong = new();

    private Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    public static async Task<Window> OpenAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        var window = new Window(context, page);
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal))
            {
                window._wrong.Enqueue($"asked {request.Url}");
            }
        };
        page.Console += (_, message) =>
        {
            if (
                message.Type is "error"
                && !message.Text.Contains("the server responded with a status of", StringComparison.Ordinal)
            )
            {
                window._wrong.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => window._wrong.Enqueue(error);
        page.Dialog += (_, dialog) =>
        {
            window._wrong.Enqueue($"a dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        return window;
    }

    /// <summary>Goes to a path.</summary>
    public async Task<IResponse> GoAsync(string path) =>
        (await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded }))!;

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Wrong => [.. _wrong];

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Wrong.ShouldBeEmpty(string.Join(Environment.NewLine, Wrong));
    }
}
