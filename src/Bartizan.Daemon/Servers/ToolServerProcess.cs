using Bartizan.Core.Ports;

namespace Bartizan.Daemon.Servers;

/// <summary>A tool server in a sandbox of its own, as a session that its gateway reads from and writes to.</summary>
internal sealed class ToolServerProcess(SiblingSandbox sibling) : IIsolatedProcess
{
    /// <inheritdoc/>
    public Stream Input => sibling.Sandbox.Input;

    /// <inheritdoc/>
    public Stream Output => sibling.Sandbox.Output;

    /// <inheritdoc/>
    public Task Ended => sibling.Ended;

    /// <summary>From here on it runs: what it writes to its standard error is read and kept from everybody.</summary>
    public void Begin()
    {
        _ = DrainAsync(sibling.Sandbox.Error);
        _ = FollowAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => sibling.DisposeAsync();

    private async Task FollowAsync()
    {
        var exit = await sibling.Sandbox.Exited.ConfigureAwait(false);
        await sibling.KillAsync($"the tool server ended with code {exit.Code}").ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    private static async Task DrainAsync(Stream error)
    {
        var buffer = new byte[4096];
        try
        {
            while (await error.ReadAsync(buffer).ConfigureAwait(false) > 0) { }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Over.
        }
    }
}
