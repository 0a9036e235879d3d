using Bartizan.Core.Ports;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault;

/// <summary>What it gives to leases, inside this room only.</summary>
public sealed partial class SealedVault
{
    /// <summary>The value of the current version, for a lease that begins now.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be lent.</exception>
    internal (VaultVersion Version, Secret Secret) Take(string name, string path, string agent, Uri? to)
    {
        lock (_lock)
        {
            var version = Current(name, path, agent);
            RequireReach(name, path, version, to);
            return (version, SealedValue.Open(_inner!, _file!.Id, path, version));
        }
    }

    /// <summary>True while a lease that began with a version holds.</summary>
    /// <exception cref="CredentialUnavailableException">When the credential can't be lent any more at all.</exception>
    internal bool Holds(string name, string path, string agent, int number)
    {
        lock (_lock)
        {
            var version = Current(name, path, agent);
            return version.Number == number
                || _state.Find(path)?.Find(number) is { HasValue: true, Grace: { } grace } && Now() < grace;
        }
    }

    /// <summary>Shows every value that is kept of a credential, to compare with. Nothing of it is lent.</summary>
    internal void Compare(string path, Action<ReadOnlyMemory<char>> look)
    {
        lock (_lock)
        {
            if (_inner is null || _state.Find(path) is not { } record)
            {
                return;
            }

            foreach (var version in record.Versions.Where(v => v.HasValue))
            {
                using var secret = SealedValue.Open(_inner, _file!.Id, path, version);
                secret.Use(look);
            }
        }
    }

    /// <summary>
    /// Refuses an address that a value isn't bound to. Both its own terms count and those of the current version: a value that was narrowed
    /// is narrow for the leases of the one before, too.
    /// </summary>
    /// <exception cref="CredentialUnavailableException">When it may not be sent there.</exception>
    internal void RequireReach(string name, string path, int number, Uri? to)
    {
        lock (_lock)
        {
            if (_state.Find(path) is { } record && record.Find(number) is { } lent)
            {
                RequireReach(name, path, lent, to);
                RequireReach(name, path, record.Versions[^1], to);
            }
        }
    }

    private static void RequireReach(string name, string path, VaultVersion version, Uri? to)
    {
        if (!version.Terms.Reaches(to))
        {
            throw No(
                name,
                to is null
                    ? $"`{path}` is bound to hosts, and a process that is given it could send it anywhere"
                    : $"`{path}` isn't lent for requests to `{to.GetLeftPart(UriPartial.Authority)}`"
            );
        }
    }

    private VaultVersion Current(string name, string path, string agent)
    {
        if (_inner is null)
        {
            throw No(
                name,
                _file is null
                    ? "there is no vault: `bartizan vault init` makes one"
                    : "the vault is sealed: `bartizan vault unseal` opens it"
            );
        }

        var record = _state.Find(path);
        if (record is null || record.Removed)
        {
            throw No(name, $"the vault has no `{path}`: `bartizan vault set {path}` writes it");
        }

        var version =
            record.Current ?? throw No(name, $"`{path}` was revoked: `bartizan vault set {path}` writes a new value");
        return version.Terms.Expires <= Now()
                ? throw No(name, $"`{path}` has expired: `bartizan vault rotate {path}` writes a new value")
            : !version.Terms.Names(agent) ? throw No(name, $"`{path}` isn't lent to the agent `{agent}`")
            : version;
    }

    private static CredentialUnavailableException No(string name, string why) => new($"credential `{name}`: {why}");
}
