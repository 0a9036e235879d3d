using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Sessions;

/// <summary>
/// One run of an agent, as everybody but its owner sees it: who it is, what it may do, where it stands. Its owner moves it
/// through the <see cref="SessionControl"/> that was made with it.
/// </summary>
public sealed class Session
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _revoked = new();
    private TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Policy _policy;
    private SessionState _state;
    private Labels _labels;

    private Session(SessionId id, Manifest manifest, Policy policy, string person, bool observe)
    {
        Id = id;
        Manifest = manifest;
        _policy = policy;
        Person = person;
        Observe = observe;
        Revoked = _revoked.Token;
    }

    /// <summary>Its id.</summary>
    public SessionId Id { get; }

    /// <summary>The manifest it was started from.</summary>
    public Manifest Manifest { get; }

    /// <summary>The person who started it.</summary>
    public string Person { get; }

    /// <summary>True for <c>run --observe</c>.</summary>
    public bool Observe { get; }

    /// <summary>The agent as entries name it: <c>name@version</c>.</summary>
    public string Agent => $"{Manifest.Agent}@{Manifest.Version}";

    /// <summary>Fires once when nothing of this session may go on: kill, end, lost.</summary>
    public CancellationToken Revoked { get; }

    /// <summary>The policy of now; a reload replaces it whole.</summary>
    public Policy Policy => Volatile.Read(ref _policy);

    /// <summary>Where it stands.</summary>
    public SessionState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>What it has been exposed to.</summary>
    public Labels Labels =>
        (Labels)Volatile.Read(ref System.Runtime.CompilerServices.Unsafe.As<Labels, int>(ref _labels));

    /// <summary>Makes a session in state <see cref="SessionState.Preparing"/> and the control that moves it.</summary>
    public static (Session Session, SessionControl Control) Open(
        SessionId id,
        Manifest manifest,
        Policy policy,
        string person,
        bool observe
    )
    {
        var session = new Session(id, manifest, policy, person, observe);
        return (session, new SessionControl(session));
    }

    /// <summary>Adds labels; there is no way to take one off.</summary>
    public void AddLabels(Labels labels) =>
        Interlocked.Or(ref System.Runtime.CompilerServices.Unsafe.As<Labels, int>(ref _labels), (int)labels);

    /// <summary>
    /// Completes at once while the session runs, waits while it is paused, and is cancelled with <see cref="Revoked"/>. In any
    /// other state it returns false.
    /// </summary>
    public ValueTask<bool> WhenRunningAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _state switch
            {
                SessionState.Running => new ValueTask<bool>(true),
                SessionState.Paused => WaitAsync(_running.Task, cancellationToken),
                _ => new ValueTask<bool>(false),
            };
        }
    }

    internal bool Move(SessionState from, SessionState to)
    {
        lock (_lock)
        {
            if (_state != from)
            {
                return false;
            }

            _state = to;
            if (to == SessionState.Paused)
            {
                _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _running.TrySetResult();
            }

            return true;
        }
    }

    internal void Revoke() => _revoked.Cancel();

    internal void Replace(Policy policy) => Volatile.Write(ref _policy, policy);

    private async ValueTask<bool> WaitAsync(Task running, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Revoked);
        await running.WaitAsync(either.Token).ConfigureAwait(false);
        return State == SessionState.Running;
    }
}
