using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Bartizan.Control.People;

/// <summary>
/// The accounts and tokens of the instance. INVARIANT: a change is on the disk before anybody is told of it, and what couldn't be written
/// didn't happen.
/// </summary>
public sealed class AccountBook
{
    private readonly Lock _lock = new();
    private readonly Action<string> _write;
    private PeopleFile _file;

    /// <summary>Opens it.</summary>
    /// <param name="read">What was kept; null when nothing was.</param>
    /// <param name="write">Keeps it, whole or not at all.</param>
    /// <exception cref="IOException">It can't be read.</exception>
    public AccountBook(Func<string?> read, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(read);
        _file = PeopleFile.Read(read());
        _write = write;
    }

    /// <summary>All accounts.</summary>
    public ImmutableArray<Account> Accounts => Volatile.Read(ref _file).Accounts;

    /// <summary>All tokens.</summary>
    public ImmutableArray<ApiToken> Tokens => Volatile.Read(ref _file).Tokens;

    /// <summary>An account; null when there is none of that name.</summary>
    public Account? Find(string name) =>
        Accounts.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal));

    /// <summary>The token with this text; null when there is none.</summary>
    public ApiToken? FindToken(string text)
    {
        if (!ApiToken.IsWellFormed(text))
        {
            return null;
        }

        var hash = ApiToken.HashOf(text);
        return Tokens.FirstOrDefault(token => CryptographicOperations.FixedTimeEquals(token.Hash, hash));
    }

    /// <summary>Adds an account; false when there is one, or no room.</summary>
    public bool TryAdd(Account account) =>
        Change(file =>
            file.Accounts.Length < PeopleFile.MaxAccounts && file.Accounts.All(one => one.Name != account.Name)
                ? file with
                {
                    Accounts = file.Accounts.Add(account),
                }
                : null
        );

    /// <summary>Changes an account as it is at that moment; false when it is gone, or <paramref name="change"/> says no by null.</summary>
    public bool TryChange(string name, Func<Account, Account?> change) =>
        Change(file =>
            file.Accounts.FirstOrDefault(one => one.Name == name) is { } found && change(found) is { } changed
                ? file with
                {
                    Accounts = file.Accounts.Replace(found, changed),
                }
                : null
        );

    /// <summary>Takes an account away, with its tokens.</summary>
    public bool TryRemove(string name) =>
        Change(file =>
            file.Accounts.Any(one => one.Name == name)
                ? file with
                {
                    Accounts = file.Accounts.RemoveAll(one => one.Name == name),
                    Tokens = file.Tokens.RemoveAll(one => one.Person == name),
                }
                : null
        );

    /// <summary>Takes all tokens of a person away.</summary>
    public bool TryRevokeAll(string name) =>
        Change(file =>
            file.Tokens.Any(one => one.Person == name)
                ? file with
                {
                    Tokens = file.Tokens.RemoveAll(one => one.Person == name),
                }
                : null
        );

    /// <summary>
    /// Adds a token; false when its person is gone meanwhile, has another account (<paramref name="generation"/>) or too many tokens. Those
    /// that ended go.
    /// </summary>
    public bool TryAdd(ApiToken token, long generation, DateTimeOffset now) =>
        Change(file =>
        {
            var left = file.Tokens.RemoveAll(one => one.Until <= now);
            var isThere = file.Accounts.Any(one =>
                one.Name == token.Person && one.Passphrase is not null && one.Generation == generation
            );
            return isThere && left.Count(one => one.Person == token.Person) < ApiToken.MaxOfPerson
                ? file with
                {
                    Tokens = left.Add(token),
                }
                : null;
        });

    /// <summary>Takes a token away.</summary>
    public bool TryRevoke(string id) =>
        Change(file =>
            file.Tokens.Any(one => one.Id == id)
                ? file with
                {
                    Tokens = file.Tokens.RemoveAll(one => one.Id == id),
                }
                : null
        );

    private bool Change(Func<PeopleFile, PeopleFile?> change)
    {
        lock (_lock)
        {
            if (change(_file) is not { } changed)
            {
                return false;
            }

            _write(changed.Write());
            Volatile.Write(ref _file, changed);
            return true;
        }
    }
}
