using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Control.People;

/// <summary>
/// Who is signed in, in memory: an instance that starts again knows nobody. What a browser has is kept as a hash. INVARIANT: a session
/// ends at the first of: its own limit, its idle limit, its person's word, an administrator's, and its person's account being changed.
/// </summary>
public sealed class PersonSessions(TimeSpan idle, TimeSpan absolute, TimeProvider clock)
{
    /// <summary>Sessions of one person; with more the oldest ends.</summary>
    public const int MaxOfPerson = 8;

    /// <summary>Sessions in all; with more nobody signs in.</summary>
    public const int MaxSessions = 2048;

    private const int TokenBytes = 32;
    private const int IdBytes = 5;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PersonSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Signs somebody in, under a name that nobody had before; null when there is no room.</summary>
    /// <param name="person">Who.</param>
    /// <param name="how">How they showed it.</param>
    /// <param name="address">Where from.</param>
    /// <param name="grants">What they may do, asked at each use; null when they are nobody any more.</param>
    /// <param name="within">A shorter limit than that of all sessions; null for that.</param>
    public (PersonSession Session, string Token)? Open(
        string person,
        string how,
        string address,
        Func<ImmutableArray<Grant>?> grants,
        TimeSpan? within = null
    )
    {
        var now = clock.GetUtcNow();
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var session = new PersonSession(person, how, grants)
        {
            Id = Base32.Write(RandomNumberGenerator.GetBytes(IdBytes)).ToLowerInvariant(),
            Form = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)),
            Since = now,
            Until = now + (within is { } shorter && shorter < absolute ? shorter : absolute),
            Address = address,
            Seen = now,
        };
        lock (_lock)
        {
            Sweep(now);
            if (_sessions.Count >= MaxSessions)
            {
                return null;
            }

            var theirs = _sessions.Where(one => one.Value.Person == person).OrderBy(one => one.Value.Since).ToList();
            foreach (var (key, _) in theirs.Take(theirs.Count - MaxOfPerson + 1))
            {
                _sessions.Remove(key);
            }

            _sessions.Add(KeyOf(token), session);
        }

        return (session, token);
    }

    /// <summary>The session of what a browser has, while it lives.</summary>
    /// <param name="token">What the browser has.</param>
    /// <param name="isUse">Whether it is asked for by an act of its person's, and not by an open page: only that keeps it alive.</param>
    public PersonSession? Find(string token, bool isUse)
    {
        ArgumentNullException.ThrowIfNull(token);
        var now = clock.GetUtcNow();
        var key = KeyOf(token);
        lock (_lock)
        {
            if (!_sessions.TryGetValue(key, out var session))
            {
                return null;
            }

            if (!Lives(session, now))
            {
                _sessions.Remove(key);
                return null;
            }

            session.Seen = isUse ? now : session.Seen;
            return session;
        }
    }

    /// <summary>True while a session may go on, which isn't a use of it: for what streams.</summary>
    public bool IsLive(PersonSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        lock (_lock)
        {
            return _sessions.ContainsValue(session) && Lives(session, clock.GetUtcNow());
        }
    }

    /// <summary>Those that live, of one person or of all.</summary>
    public ImmutableArray<PersonSession> All(string? person = null)
    {
        lock (_lock)
        {
            Sweep(clock.GetUtcNow());
            return [.. _sessions.Values.Where(one => person is null || one.Person == person).OrderBy(one => one.Since)];
        }
    }

    /// <summary>Ends those that are meant; how many it were.</summary>
    public int End(Func<PersonSession, bool> which)
    {
        ArgumentNullException.ThrowIfNull(which);
        lock (_lock)
        {
            var gone = _sessions.Where(one => which(one.Value)).Select(one => one.Key).ToList();
            gone.ForEach(key => _sessions.Remove(key));
            return gone.Count;
        }
    }

    private bool Lives(PersonSession session, DateTimeOffset now) =>
        now < session.Until && now < session.Seen + idle && now >= session.Since && session.Grants is not null;

    private void Sweep(DateTimeOffset now)
    {
        foreach (var key in _sessions.Where(one => !Lives(one.Value, now)).Select(one => one.Key).ToList())
        {
            _sessions.Remove(key);
        }
    }

    private static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
