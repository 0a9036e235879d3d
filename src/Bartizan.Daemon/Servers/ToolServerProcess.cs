using Bartizan.Core.Ports;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Servers;

/// <summary>A tool server in a sandbox of its own, as a session that its gateway reads from and writes to.</summary>
internal sealed class ToolServerProcess(Rooms rooms, LiveSession live) : IIsolatedProcess
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task? _over;

    /// <inheritdoc/>
    public Stream Input => live.Sandbox!.Input;

    /// <inheritdoc/>
    public Stream Output => live.Sandbox!.Output;

    /// <inheritdoc/>
    public Task Ended => _ended.Task;

    /// <summary>From here on it runs: what it writes to its standard error is read and kept from everybody.</summary>
    public void Begin()
    {
        var sandbox = live.Sandbox!;
        _ = DrainAsync(sandbox.Error);
        _ = FollowAsync(sandbox);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task over;
        lock (_lock)
        {
            over = _over ??= EndAsync("the session that it serves, or its gateway, let it go");
        }

        await over.ConfigureAwait(false);
    }

    private async Task FollowAsync(ISandbox sandbox)
    {
        var exit = await sandbox.Exited.ConfigureAwait(false);
        live.KilledBecause ??= $"the tool server ended with code {exit.Code}";
        await DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndAsync(string why)
    {
        try
        {
            await rooms.Owner.EndAsync(live, "bartizan", live.KilledBecause ?? why).ConfigureAwait(false);
        }
        finally
        {
            _ended.TrySetResult();
            if (live.Sandbox is { } sandbox)
            {
                await sandbox.DisposeAsync().ConfigureAwait(false);
            }

            await rooms.ForgetAsync(live).ConfigureAwait(false);
        }
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
