using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Flow;
using Bartizan.Core.Identity;
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
    private readonly Lock _meeting = new();
    private readonly LabelHistory _history = new();
    private readonly CancellationTokenSource _revoked = new();
    private TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Policy _policy;
    private SessionState _state;
    private Exposure _exposure = Exposure.None;
    private volatile int _ever;

    private Session(
        SessionId id,
        Manifest manifest,
        Policy policy,
        string person,
        bool observe,
        Session? parent,
        Session? served = null,
        EndUser? user = null
    )
    {
        var payer = parent ?? served;
        Parent = parent;
        Served = served;
        Id = id;
        Manifest = manifest;
        _policy = policy;
        StartedBy = payer?.StartedBy ?? person;
        Person = payer?.Person ?? user?.Person ?? person;
        Observe = observe;
        ActsFor = payer is null ? user : payer.ActsFor;
        User = payer is null ? User.Of(manifest, person, user) : payer.User;
        Agent = $"{manifest.Agent}@{manifest.Version}";
        Revoked = _revoked.Token;
        ExposeByView(policy.ExposureAtStart);
        if (parent is not null)
        {
            Expose(parent.Exposure, "the session that it reads for");
        }
    }

    /// <summary>Its id.</summary>
    public SessionId Id { get; }

    /// <summary>The manifest it was started from.</summary>
    public Manifest Manifest { get; }

    /// <summary>The person on whose account it is: who started it, or the end user that it acts for, by their pseudonym.</summary>
    public string Person { get; }

    /// <summary>The account that started it: what whoever asks who may answer for it asks.</summary>
    public string StartedBy { get; }

    /// <summary>
    /// The end user that it acts for, from its start to its end; null when it acts for whoever started it, or for nobody known.
    /// </summary>
    public EndUser? ActsFor { get; }

    /// <summary>The person, as conditions see them; null for nobody known: an agent that answers people, and no verified one.</summary>
    public User? User { get; }

    /// <summary>True for <c>run --observe</c>.</summary>
    public bool Observe { get; }

    /// <summary>The agent as entries name it: <c>name@version</c>.</summary>
    public string Agent { get; }

    /// <summary>
    /// Fires once when nothing of this session may go on: kill, end, lost; the state says so before the token does. What is
    /// registered on it runs on the thread pool, one after another: a handler that throws is passed over, but one that blocks
    /// holds up those after it, so a handler must only hand over.
    /// </summary>
    public CancellationToken Revoked { get; }

    /// <summary>The session that a reader's session reads for; null for one of its own.</summary>
    public Session? Parent { get; }

    /// <summary>The session that a tool server's, or code's, is beside; null for one of its own.</summary>
    public Session? Served { get; }

    /// <summary>Whose budget pays.</summary>
    public Session Payer => Parent ?? Served ?? this;

    /// <summary>The policy of now; a reload replaces it whole. A reader's session has its parent's, whatever becomes of it.</summary>
    public Policy Policy => Parent?.Policy ?? Volatile.Read(ref _policy);

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
    public Labels Labels => Exposure.Labels;

    /// <summary>
    /// The same, with the first steps of sequences that it has taken. What runs beside an agent is told what the agent knows, so what the
    /// agent has met by now it has met, too.
    /// </summary>
    public Exposure Exposure => Served is null ? Own : Served.Exposure.With(Own);

    /// <summary>Where the values come from that it works with.</summary>
    public Provenance Values { get; } = new();

    /// <summary>What people said of content that its requests to a model carry.</summary>
    public AnsweredContent Answered { get; } = new();

    /// <summary>What its system prompts are marked with.</summary>
    public PromptMarks Marks { get; } = new();

    /// <summary>
    /// True when what an agent sends to a model as its user's words counts as such: somebody asks for it, and nobody can have fooled the
    /// agent yet, or its author says that it can't send requests of its own.
    /// </summary>
    public bool HearsUser => Policy is { TracesValues: true } policy && (policy.HearsWordsAlways || !IsTraced);

    /// <summary>True once it has read something untrusted, or was given values that somebody else may have chosen.</summary>
    public bool IsTraced => WasTainted || Exposure.Traced;

    /// <summary>What it has ever been exposed to, whatever was taken off since: what it wrote may hold it.</summary>
    public Labels EverLabels => (Labels)_ever | (Served?.EverLabels ?? Labels.None);

    /// <summary>
    /// What goes with what it writes: all that it has ever been exposed to, and untrusted, too, where a reader gave it values. Within the
    /// session those are known for what they are; whoever reads them behind a tool or in a workspace can't know.
    /// </summary>
    public Labels CarriedLabels => EverLabels | (Exposure.Traced ? Labels.Untrusted : Labels.None);

    /// <summary>
    /// True once it has read something untrusted, whatever was taken off since: a person's word about what was read doesn't undo what a
    /// fooled agent has sent meanwhile.
    /// </summary>
    public bool WasTainted => (EverLabels & Labels.Untrusted) != Labels.None;

    /// <summary>Makes a session in state <see cref="SessionState.Preparing"/> and the control that moves it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="person">Who starts it.</param>
    /// <param name="observe">True for <c>run --observe</c>.</param>
    /// <param name="user">The end user that it acts for; null when it acts for whoever starts it.</param>
    public static (Session Session, SessionControl Control) Open(
        SessionId id,
        Manifest manifest,
        Policy policy,
        string person,
        bool observe,
        EndUser? user = null
    )
    {
        var session = new Session(id, manifest, policy, person, observe, parent: null, user: user);
        return (session, new SessionControl(session));
    }

    /// <summary>
    /// Makes a session that reads something for another: with its manifest, its policy and what it has met, but with labels of its own
    /// from then on. Where the other may not go on, this one doesn't either.
    /// </summary>
    public static (Session Session, SessionControl Control) OpenFor(Session parent, SessionId id)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var session = new Session(id, parent.Manifest, parent.Policy, parent.Person, parent.Observe, parent);
        return (session, new SessionControl(session));
    }

    /// <summary>
    /// Makes a session of what runs beside an agent: with a manifest and a policy of its own, on the account of the session that it serves,
    /// and having met all that this one has met, at any time.
    /// </summary>
    public static (Session Session, SessionControl Control) OpenBeside(
        Session served,
        SessionId id,
        Manifest manifest,
        Policy policy
    )
    {
        ArgumentNullException.ThrowIfNull(served);
        var session = new Session(id, manifest, policy, served.Person, observe: false, parent: null, served);
        return (session, new SessionControl(session));
    }

    /// <summary>Adds labels.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="by">What put them there, in words.</param>
    public void AddLabels(Labels labels, string by = "a guard") => Expose(new Exposure(labels, []), by);

    /// <summary>Adds what it has met; only a person takes a label off, by <see cref="SessionControl.Declassify"/>.</summary>
    /// <param name="met">What it has met.</param>
    /// <param name="by">By what, in words.</param>
    /// <param name="open">True until <see cref="Over"/> is called: while what gives it isn't over, it stays.</param>
    public void Expose(Exposure met, string by, bool open = false)
    {
        ArgumentNullException.ThrowIfNull(met);
        if (met is { Labels: Labels.None, Passed.IsEmpty: true, Traced: false })
        {
            return;
        }

        lock (_meeting)
        {
            // INVARIANT: noted each time, also of a label that is there: what is read after a person looked keeps it there.
            _history.Note(met.Labels, by, open);
            _ever |= (int)met.Labels;
            Volatile.Write(ref _exposure, Own.With(met));
        }
    }

    /// <summary>Adds what it may read inside its sandbox at any time, where nobody sees it: no person takes that off.</summary>
    public void ExposeByView(Exposure met)
    {
        Expose(met, "what its files show, which nobody sees it read");
        lock (_meeting)
        {
            _history.Stand(met.Labels);
        }
    }

    /// <summary>What was exposed as open is over.</summary>
    internal void Over(Labels labels)
    {
        lock (_meeting)
        {
            _history.Over(labels);
        }
    }

    /// <summary>What put its labels there; the number says up to where somebody has looked.</summary>
    public (long Number, ImmutableArray<LabelSources> Sources) ReadLabels()
    {
        lock (_meeting)
        {
            return (_history.Number, _history.Read(Own.Labels));
        }
    }

    /// <summary>Why a label can't be taken off by somebody who looked at what it had met up to a number; null when it can.</summary>
    public string? WhyKept(Labels label, long seen)
    {
        lock (_meeting)
        {
            return (Own.Labels & label) == Labels.None
                ? $"the session isn't {Word(label)}"
                : _history.WhyKept(label, seen);
        }
    }

    // INVARIANT: one step with the look: what is met beside it comes before, and keeps the label, or after, and puts it there again.
    internal string? Declassify(Labels label, long seen)
    {
        lock (_meeting)
        {
            if ((Own.Labels & label) == Labels.None || _history.WhyKept(label, seen) is null)
            {
                _history.Clear(label);
                Volatile.Write(ref _exposure, Own with { Labels = Own.Labels & ~label });
                return null;
            }

            return _history.WhyKept(label, seen);
        }
    }

    /// <summary>
    /// True at once while the session runs; waits while it is paused, however often; false in any other state, and as soon as
    /// it is <see cref="Revoked"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">When <paramref name="cancellationToken"/> fires first.</exception>
    public ValueTask<bool> WhenRunningAsync(CancellationToken cancellationToken) =>
        Parent is null ? WhenItRunsAsync(cancellationToken) : WhenBothRunAsync(Parent, cancellationToken);

    private async ValueTask<bool> WhenBothRunAsync(Session parent, CancellationToken cancellationToken) =>
        await parent.WhenRunningAsync(cancellationToken).ConfigureAwait(false)
        && await WhenItRunsAsync(cancellationToken).ConfigureAwait(false)
        && parent.State != SessionState.Ending
        && parent.State != SessionState.Ended;

    private ValueTask<bool> WhenItRunsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _state == SessionState.Paused
                ? WaitAsync(cancellationToken)
                : new ValueTask<bool>(_state == SessionState.Running);
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

    internal bool End()
    {
        bool moved;
        lock (_lock)
        {
            // One step from whatever live state it is in: step by step, a resume in between would lose the kill.
            moved = _state is not (SessionState.Ending or SessionState.Ended);
            if (moved)
            {
                _state = SessionState.Ending;
                _running.TrySetResult();
            }
        }

        // INVARIANT: the state says ending before anyone hears of the revocation, so that no new passage slips between.
        // CancelAsync sets the token before it returns and runs the handlers elsewhere: a handler that throws or blocks, or
        // the continuation of somebody's await, must not stand between a kill and the processes it is meant for.
        _ = PassOverAsync(_revoked.CancelAsync());
        return moved;
    }

    internal void Replace(Policy policy)
    {
        if (!Policy.TracesValues && policy.TracesValues)
        {
            // Nobody wrote down what was sent before, so what comes back from now on may have been put there by it.
            Values.Open();
        }

        Volatile.Write(ref _policy, policy);
        ExposeByView(policy.ExposureAtStart);
    }

    private Exposure Own => Volatile.Read(ref _exposure);

    private static string Word(Labels label) => label.ToString().ToLowerInvariant();

    private static async Task PassOverAsync(Task handlers) =>
        await handlers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Revoked);
        while (true)
        {
            Task running;
            lock (_lock)
            {
                if (_state != SessionState.Paused)
                {
                    return _state == SessionState.Running;
                }

                running = _running.Task;
            }

            try
            {
                await running.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
