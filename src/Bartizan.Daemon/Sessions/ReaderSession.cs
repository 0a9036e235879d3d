using Bartizan.Core.Ports;
using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Sessions;

/// <summary>The session of one reading, until it is over.</summary>
internal sealed class ReaderSession(Rooms rooms, LiveSession live, LiveSession served) : IReading
{
    private readonly Lock _lock = new();
    private Task? _over;

    /// <inheritdoc/>
    public Session Session => live.Session;

    /// <summary>How its first entry names it.</summary>
    public static string Says(ReaderTerms reader, Session parent) => $"reader `{reader.Name}` of session {parent.Id}";

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
            await rooms
                .Owner.EndAsync(live, "bartizan", live.KilledBecause ?? "the reading is over")
                .ConfigureAwait(false);
        }
        finally
        {
            served.Remove(this);
            await rooms.ForgetAsync(live).ConfigureAwait(false);
        }
    }
}
