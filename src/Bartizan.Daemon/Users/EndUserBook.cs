using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;
using Bartizan.Core.Ports;

namespace Bartizan.Daemon.Users;

/// <summary>
/// Who the end users are that entries name by pseudonyms: the only place where an issuer's words for a person stand beside what the log
/// says of them. A pseudonym is 128 random bits; without its line here nobody can tell whose it was.
/// </summary>
internal sealed class EndUserBook(string path) : IEndUsers, IDisposable
{
    /// <summary>Users that are known at once; the file is read whole when the instance starts.</summary>
    public const int MaxUsers = 100_000;

    /// <summary>Users of one issuer: a provider that makes up people fills no other's part.</summary>
    public const int MaxOfIssuer = 50_000;

    private const int PseudonymBytes = 16;

    private readonly SemaphoreSlim _one = new(1);
    private volatile ConcurrentDictionary<(string Issuer, string Subject), string>? _users;
    private long _forgotten;

    /// <inheritdoc/>
    public long Forgotten => Interlocked.Read(ref _forgotten);

    /// <inheritdoc/>
    public async ValueTask<EndUser> KnowAsync(
        string issuer,
        string subject,
        AttributeSet attributes,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(issuer);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        if (_users is { } users && users.TryGetValue((issuer, subject), out var known))
        {
            return new EndUser(issuer, subject, known, attributes);
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new EndUser(issuer, subject, PersonOf(issuer, subject), attributes);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The users of a subject; of one issuer, where it is named.</summary>
    /// <exception cref="IOException">The book can't be read.</exception>
    public async Task<ImmutableArray<KnownUser>> FindAsync(
        string subject,
        string? issuer,
        CancellationToken cancellationToken
    )
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return
            [
                .. Lines(Open()).Where(user => user.Subject == subject && (issuer is null || user.Issuer == issuer)),
            ];
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets who a pseudonym is; false when it isn't known.</summary>
    /// <exception cref="IOException">The book can't be read or written: it may still know.</exception>
    public async Task<bool> ForgetAsync(string person, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var users = Open();
            var all = Lines(users).ToList();
            if (all.Find(user => user.Person == person) is not { } known)
            {
                return false;
            }

            _users = null;
            EndUserFile.Replace(
                path,
                all.Where(user => user != known).OrderBy(user => user.Person, StringComparer.Ordinal)
            );
            return true;
        }
        finally
        {
            // Whoever was found by the book before now is kept by a number that isn't its any more.
            Interlocked.Increment(ref _forgotten);
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private string PersonOf(string issuer, string subject)
    {
        var users = Open();
        if (users.TryGetValue((issuer, subject), out var known))
        {
            return known;
        }

        if (users.Count >= MaxUsers)
        {
            throw new IOException($"the book of end users is full: it has {MaxUsers} of them");
        }

        if (users.Keys.Count(user => user.Issuer == issuer) >= MaxOfIssuer)
        {
            throw new IOException($"the book of end users has {MaxOfIssuer} of that issuer");
        }

        var user = new KnownUser(
            EndUser.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PseudonymBytes)),
            issuer,
            subject
        );

        // INVARIANT: nobody has a pseudonym that isn't on disk. What failed halfway is read again, and cut off.
        _users = null;
        EndUserFile.Append(path, user);
        users[(issuer, subject)] = user.Person;
        _users = users;
        return user.Person;
    }

    private ConcurrentDictionary<(string Issuer, string Subject), string> Open()
    {
        if (_users is { } open)
        {
            return open;
        }

        EndUserFile.Mend(path);
        var users = new ConcurrentDictionary<(string, string), string>();
        foreach (var user in EndUserFile.Read(path))
        {
            if (!users.TryAdd((user.Issuer, user.Subject), user.Person))
            {
                throw new IOException($"`{path}` has a user twice");
            }
        }

        return _users = users;
    }

    private static IEnumerable<KnownUser> Lines(ConcurrentDictionary<(string Issuer, string Subject), string> users) =>
        users.Select(one => new KnownUser(one.Value, one.Key.Issuer, one.Key.Subject));
}
