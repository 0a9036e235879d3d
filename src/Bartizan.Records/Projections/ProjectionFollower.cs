using System.Data.Common;
using Bartizan.Log;

namespace Bartizan.Records.Projections;

/// <summary>
/// Keeps an instance's projection up to date behind its log, for as long as it lives. It reads what is durable and never stands in an
/// action's way; what goes wrong with it is told, and tried again.
/// </summary>
public sealed class ProjectionFollower : IAsyncDisposable
{
    // A query reads what the projection lacks from the log: a second behind costs nothing but that.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    // After a failure: a database that is restarted is back by then, and a broken disk isn't asked in a loop.
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(15);

    // Between two stretches it looks whether it is still trusted, and says how far it is.
    private const int MaxStretch = 64 * 1024;

    private readonly ProjectionPlace _place;
    private readonly Func<long> _durable;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _following;
    private string? _problem;

    /// <summary>Starts following.</summary>
    /// <param name="place">Where the projection is.</param>
    /// <param name="durable">How many entries of the log are durable.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="say">Told of a problem when it comes and when it goes.</param>
    public ProjectionFollower(ProjectionPlace place, Func<long> durable, TimeProvider clock, Action<string> say)
    {
        _place = place;
        _durable = durable;
        _clock = clock;
        _say = say;
        _following = Task.Run(FollowAsync);
    }

    /// <summary>How many entries the projection covers.</summary>
    public long Size { get; private set; }

    /// <summary>Why it doesn't follow; null when it does.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Stops following. What is missing, the next start or the next query adds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await FollowOnceAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsExpected(e))
            {
                Tell(e.Message);
            }

            await Task.Delay(s_again, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What databases, disks and logs throw: a projection is then done without.</summary>
    internal static bool IsExpected(Exception e) =>
        e
            is DbException
                or IOException
                or UnauthorizedAccessException
                or InvalidDataException
                or InvalidOperationException
                or PlatformNotSupportedException
                or TimeoutException
                or LogInconsistentException;

    private async Task FollowOnceAsync()
    {
        using var held = _place.TryLock();
        if (held is null || _place.Origin() is not { } origin)
        {
            // A command brings it up to date just now; it is done in a moment.
            return;
        }

        using var leaves = new LeafLookup(_place.Record.LogDirectory);
        using var store = _place.OpenToWrite();
        var writer = new ProjectionWriter(store, new LogDirectory(_place.Record.LogDirectory), leaves, origin);
        while (!_place.IsDistrusted)
        {
            var durable = _durable();
            await writer
                .CatchUpAsync(Math.Min(durable, writer.Size + MaxStretch), _closing.Token)
                .ConfigureAwait(false);
            Size = writer.Size;
            Tell(null);
            if (Size >= durable)
            {
                await Task.Delay(s_every, _clock, _closing.Token).ConfigureAwait(false);
            }
        }
    }

    private void Tell(string? problem)
    {
        var before = Interlocked.Exchange(ref _problem, problem);
        if (before != problem)
        {
            _say(problem is null ? "queries use the projection again" : $"queries read the log itself: {problem}");
        }
    }
}
