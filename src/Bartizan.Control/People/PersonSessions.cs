using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Control.People;

/// <summary>
/// Who is signed in, in memory: an instance that starts again knows nobody. What a browser has is kept as a hash. INVARIANT: a session
/// ends at the first of: its own limit, its idle limit, its person's word, an administrator's, and its person's account being changed.
/// INVARIANT: people whom nobody here gave anything, and those that a provider names, leave room for others; and the glass needs none.
/// </summary>
public sealed class PersonSessions(TimeSpan idle, TimeSpan absolute, TimeProvider clock)
{
    /// <summary>Sessions of one person; with more the oldest ends.</summary>
    public const int MaxOfPerson = 8;

    /// <summary>Sessions in all; with more nobody signs in.</summary>
    public const int MaxSessions = 2048;

    /// <summary>Of these, by an organisation's sign-in.</summary>
    public const int MaxOfProvider = 1024;

    /// <summary>Of these, of people without a role; with more the oldest ends.</summary>
    public const int MaxWithoutRole = 256;

    /// <summary>How somebody signed in whom the organisation's provider names.</summary>
    public const string OpenId = "openid";

    /// <summary>How somebody came in by breaking the glass.</summary>
    public const string Glass = "break-glass";

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
            var gives = GivesWay(session);
            if (!HasRoom(session, gives))
            {
                return null;
            }

            gives.ForEach(Remove);
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
                Remove(key);
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
            gone.ForEach(Remove);
            return gone.Count;
        }
    }

    private bool Lives(PersonSession session, DateTimeOffset now) =>
        now < session.Until && now < session.Seen + idle && now >= session.Since && session.Grants is not null;

    private void Sweep(DateTimeOffset now)
    {
        foreach (var key in _sessions.Where(one => !Lives(one.Value, now)).Select(one => one.Key).ToList())
        {
            Remove(key);
        }
    }

    private void Remove(string key)
    {
        if (_sessions.Remove(key, out var gone))
        {
            gone.End();
        }
    }

    // Those that end when this one begins: its person's oldest, and the oldest without a role.
    private List<string> GivesWay(PersonSession session)
    {
        var isGlass = session.How == Glass;
        var theirs = Oldest(one => one.Person == session.Person && one.How == Glass == isGlass);
        var gives = theirs.Take(theirs.Count - MaxOfPerson + 1).ToList();
        var (isOfRole, left) = (!HasNoRole(session), _sessions.Count - gives.Count);
        if (isOfRole && left < MaxSessions)
        {
            return gives;
        }

        var roleless = Oldest(HasNoRole).Except(gives).ToList();
        var tooMany = isOfRole ? left - MaxSessions + 1 : roleless.Count - MaxWithoutRole + 1;
        return [.. gives, .. roleless.Take(tooMany)];
    }

    private bool HasRoom(PersonSession session, List<string> gives) =>
        session.How == Glass
        || (
            _sessions.Count - gives.Count < MaxSessions
            && (
                session.How != OpenId
                || _sessions.Values.Count(one => one.How == OpenId) - gives.Count(key => _sessions[key].How == OpenId)
                    < MaxOfProvider
            )
        );

    private List<string> Oldest(Func<PersonSession, bool> which) =>
        [.. _sessions.Where(one => which(one.Value)).OrderBy(one => one.Value.Since).Select(one => one.Key)];

    private static bool HasNoRole(PersonSession session) => session.Grants is { IsDefaultOrEmpty: true };

    private static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
