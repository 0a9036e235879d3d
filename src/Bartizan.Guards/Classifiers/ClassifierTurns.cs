using Bartizan.Core.Sessions;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// Who may ask a classifier next. Each address has its own turns, so that one that hangs keeps no other waiting; a free one goes to the
/// session that holds the fewest, and no session holds more than its share, whatever it has to ask.
/// </summary>
internal sealed class ClassifierTurns
{
    /// <summary>Questions to one address that are under way at once.</summary>
    public const int MaxAtOnce = 16;

    /// <summary>Those of one session.</summary>
    public const int MaxOfSession = 4;

    /// <summary>Questions of one session that wait for a turn at one address; a further one has none.</summary>
    public const int MaxWaiting = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<Uri, Line> _lines = [];

    /// <summary>Waits for a turn; what it returns gives the turn back. Null when the session has too many waiting.</summary>
    public async ValueTask<IDisposable?> TakeAsync(Uri url, Session session, CancellationToken cancellationToken)
    {
        var one = new Waiting(session);
        lock (_lock)
        {
            if (!_lines.TryGetValue(url, out var line))
            {
                _lines[url] = line = new Line();
            }

            if (line.Waiting.Count(other => other.Session == session) >= MaxWaiting)
            {
                return null;
            }

            line.Waiting.AddLast(one);
            line.Grant();
        }

        using var gone = cancellationToken.UnsafeRegister(_ => one.Granted.TrySetCanceled(cancellationToken), null);
        try
        {
            await one.Granted.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _lines.GetValueOrDefault(url)?.Waiting.Remove(one);
                Forget(url);
            }

            throw;
        }

        return new Turn(this, url, session);
    }

    private void Return(Uri url, Session session)
    {
        lock (_lock)
        {
            _lines[url].Return(session);
            Forget(url);
        }
    }

    private void Forget(Uri url)
    {
        if (_lines.TryGetValue(url, out var line) && line is { UnderWay: 0, Waiting.Count: 0 })
        {
            _lines.Remove(url);
        }
    }

    private sealed record Waiting(Session Session)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Line
    {
        private readonly Dictionary<Session, int> _held = [];

        public LinkedList<Waiting> Waiting { get; } = [];

        public int UnderWay { get; private set; }

        public void Grant()
        {
            while (UnderWay < MaxAtOnce && Next() is { } next)
            {
                Waiting.Remove(next);

                // False for one that stopped waiting just now.
                if (next.Granted.TrySetResult())
                {
                    _held[next.Session] = Held(next.Session) + 1;
                    UnderWay++;
                }
            }
        }

        public void Return(Session session)
        {
            UnderWay--;
            if (--_held[session] == 0)
            {
                _held.Remove(session);
            }

            Grant();
        }

        // Of those that hold equally many, the one that came first.
        private Waiting? Next() =>
            Waiting.Where(one => Held(one.Session) < MaxOfSession).MinBy(one => Held(one.Session));

        private int Held(Session session) => _held.GetValueOrDefault(session);
    }

    private sealed class Turn(ClassifierTurns turns, Uri url, Session session) : IDisposable
    {
        public void Dispose() => turns.Return(url, session);
    }
}
