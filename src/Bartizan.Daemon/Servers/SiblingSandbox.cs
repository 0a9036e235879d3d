using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Servers;

/// <summary>A sandbox beside an agent's, as the session of its own that it is. It is gone with the session that it serves.</summary>
internal sealed class SiblingSandbox(Rooms rooms, LiveSession live, LiveSession served) : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task? _over;

    /// <summary>The sandbox.</summary>
    public ISandbox Sandbox => live.Sandbox!;

    /// <summary>Completes when all of its processes are gone and its end is recorded.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Kills what runs in it, and records why; what it wrote can still be read.</summary>
    public Task KillAsync(string why)
    {
        live.KilledBecause ??= why;
        return rooms.Owner.EndAsync(live, "bartizan", live.KilledBecause);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task over;
        lock (_lock)
        {
            over = _over ??= EndAsync();
        }

        await over.ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        try
        {
            await KillAsync("the session that it serves, or its gateway, let it go").ConfigureAwait(false);
        }
        finally
        {
            _ended.TrySetResult();
            served.Remove(this);
            if (live.Sandbox is { } sandbox)
            {
                await sandbox.DisposeAsync().ConfigureAwait(false);
            }

            await rooms.ForgetAsync(live).ConfigureAwait(false);
        }
    }
}
