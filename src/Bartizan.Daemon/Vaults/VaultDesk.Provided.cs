using System.Security.Cryptography;
using System.Text;
using Bartizan.Client.Vaults;
using Bartizan.Vault;
using Bartizan.Vault.Stores;

namespace Bartizan.Daemon.Vaults;

/// <content>What a provider gives to be kept: the next refresh token, and a person's first.</content>
internal sealed partial class VaultDesk
{
    private const string ProviderAsPerson = "bartizan";

    // INVARIANT: what a person revoked or wrote anew while it was used stays so; the terms are those of the version before.
    private Task<bool> PutNextAsync(string path, int used, Secret value) =>
        PutAsync(
            path,
            value,
            bytes => _vault.WriteNext(path, used, bytes),
            VaultVerb.Rotate,
            "a provider gave the next one",
            ProviderAsPerson
        );

    /// <summary>Refuses a sign-in that would take the place of something else.</summary>
    /// <exception cref="VaultRefusedException">It would.</exception>
    public VaultTerms RequireSignIn(string path, string agent, string host)
    {
        var bound =
            VaultHost.Read(host)
            ?? throw new VaultRefusedException($"`{host}` is no host that a value is bound to", "");
        return _vault.TermsOf(path) switch
        {
            null => new VaultTerms { Agents = [agent], Hosts = [bound] },
            { Agents: [var one], Hosts: [var to] } terms when one == agent && to == bound => terms,
            _ => throw new VaultRefusedException(
                $"`{path}` of the vault is another's: it isn't for `{agent}` alone and for `{bound}` alone",
                $"name another path for the refresh token, or take that one away: `bartizan vault remove {path}`"
            ),
        };
    }

    /// <summary>Writes what a person's sign-in gave: for that agent, and for requests to that host.</summary>
    /// <exception cref="VaultRefusedException">It can't be.</exception>
    /// <exception cref="IOException">It can't be written.</exception>
    public Task PutSignedInAsync(string path, Secret value, string agent, string host, string person) =>
        PutAsync(
            path,
            value,
            bytes =>
            {
                // Again, under the lock: another may have taken the path while the person signed in.
                var terms = RequireSignIn(path, agent, host);
                var isNext = _vault.Records.Any(one => one.Path == path && one.Current is not null);
                return _vault.Write(path, bytes, terms, isNext ? TimeSpan.Zero : null);
            },
            VaultVerb.Set,
            "a person signed in",
            person
        );

    // Durable, and an entry, when it returns; false where nothing was written.
    private async Task<bool> PutAsync(
        string path,
        Secret value,
        Func<byte[], int?> write,
        VaultVerb verb,
        string why,
        string person
    )
    {
        await _one.WaitAsync().ConfigureAwait(false);
        byte[] bytes = [];
        try
        {
            value.Use(text => bytes = Encoding.UTF8.GetBytes(text.Span.ToArray()));
            if (write(bytes) is not { } number)
            {
                return false;
            }

            var request = new VaultRequest { Verb = verb, Why = why };
            await RecordAsync(verb == VaultVerb.Rotate ? "rotated" : "set", path, number, request, person)
                .ConfigureAwait(false);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            _one.Release();
        }
    }
}
