using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.Vaults;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Vaults;

/// <summary>A lock that was just made, with its key; both are for one vault.</summary>
internal sealed record NewLock(VaultLock Lock, KeyBytes Key, ImmutableArray<string> Shares) : IDisposable
{
    private const int Usage = 2;

    /// <summary>Makes the one that is asked for.</summary>
    public static NewLock Of(VaultRequest request)
    {
        if (request.Source == VaultKeySource.Shares)
        {
            var (inShares, shared, texts) = KeyShares.Make(request.Shares, request.Threshold);
            return new NewLock(inShares, shared, texts);
        }

        var (made, key) = request.Source switch
        {
            VaultKeySource.KeyFile => KeyFile.Make(
                request.Place ?? throw Wrong("say where the key file lies"),
                request.ExistingKey
            ),
            VaultKeySource.ServiceCredential => KeyFile.MakeOfService(
                request.Place ?? throw Wrong("say the credential's name")
            ),
            VaultKeySource.Passphrase => Passphrase.Make(request.Passphrase ?? throw Wrong("there is no passphrase")),
            _ => throw Wrong("say where the vault's key comes from"),
        };
        return new NewLock(made, key, []);
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    private static ControlException Wrong(string what) => new(new ControlProblem(Usage, what));
}
