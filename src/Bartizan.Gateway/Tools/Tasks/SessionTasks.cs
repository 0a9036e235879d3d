using System.Collections.Concurrent;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tools.Tasks;

/// <summary>
/// The tasks that one session's calls have made. INVARIANT: a task that none of them made isn't there, whatever its server would say of
/// it: servers know all sessions by one credential.
/// </summary>
internal sealed class SessionTasks(TimeSpan within, TimeProvider clock)
{
    /// <summary>Tasks of one session; above it the oldest is forgotten.</summary>
    private const int MaxTasks = 128;

    private readonly ConcurrentDictionary<(string Server, string Id), ServerTask> _tasks = new();

    // Most sessions never have one, and then nothing is looked for at each call.
    private volatile bool _hasAny;

    /// <summary>The task; null when none of this session's calls made it.</summary>
    public ServerTask? Find(string server, string id) => _tasks.GetValueOrDefault((server, id));

    /// <summary>Adds one; false when the server has given its id to another call already.</summary>
    public async ValueTask<bool> AddAsync(ServerTask task)
    {
        await SweepAsync().ConfigureAwait(false);
        while (_tasks.Count >= MaxTasks && _tasks.Values.MinBy(one => one.Since) is { } oldest)
        {
            await ForgetAsync(oldest, OutcomeKind.Unknown, "too many tasks are open, and it was the oldest")
                .ConfigureAwait(false);
        }

        _hasAny = true;
        return _tasks.TryAdd((task.Server, task.Id), task);
    }

    /// <summary>Forgets those that are too old: what they hold of a budget is free again.</summary>
    public ValueTask SweepAsync() => _hasAny ? SweepAllAsync() : ValueTask.CompletedTask;

    /// <summary>Ends them all.</summary>
    public async ValueTask EndAsync(OutcomeKind kind, string why)
    {
        foreach (var task in _tasks.Values)
        {
            await ForgetAsync(task, kind, why).ConfigureAwait(false);
        }
    }

    private async ValueTask SweepAllAsync()
    {
        foreach (var task in _tasks.Values.Where(one => clock.GetElapsedTime(one.Since) > within))
        {
            await ForgetAsync(task, OutcomeKind.Unknown, "the result of its task was never fetched")
                .ConfigureAwait(false);
        }
    }

    private ValueTask ForgetAsync(ServerTask task, OutcomeKind kind, string why)
    {
        _tasks.TryRemove((task.Server, task.Id), out _);
        return task.EndAsync(kind, why);
    }
}
