using System.Collections.Concurrent;
using System.Globalization;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>
/// The refresh tokens of the vault while they are used. Servers give a new one for each use and take the old one for theft, so one is used
/// by one at a time, whatever sessions share it, and the next one is in the vault before anything else is done with the answer.
/// </summary>
internal sealed class RefreshTokens
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _one = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Next> _unwritten = new(StringComparer.Ordinal);

    /// <summary>
    /// Writes what came of using a version of a credential, where that is still the current one; false where it isn't. Durable when it
    /// returns.
    /// </summary>
    public Func<string, int, Secret, Task<bool>>? WriteAsync { get; set; }

    /// <summary>Has one used by nobody else meanwhile.</summary>
    /// <param name="path">Its path in the vault.</param>
    /// <param name="to">Where it is used.</param>
    /// <param name="takeAsync">Takes it from the vault, with the number of its version.</param>
    /// <param name="useAsync">Uses it.</param>
    /// <param name="dropAsync">Revokes, at that place, one that nobody keeps.</param>
    /// <param name="cancellationToken">Ends the wait for others.</param>
    /// <exception cref="ProviderException">It can't be used, or the next one can't be written.</exception>
    public async Task<OAuthAnswer> UseAsync(
        string path,
        Uri to,
        Func<Task<(int Version, Secret Value)>> takeAsync,
        Func<Secret, Task<OAuthAnswer>> useAsync,
        Func<Secret, Task> dropAsync,
        CancellationToken cancellationToken
    )
    {
        var one = _one.GetOrAdd(path, _ => new SemaphoreSlim(1));
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What couldn't be written is the only one that counts: it goes first. Where a person signed in anew meanwhile, it goes away.
            await SaveAsync(path, to, dropAsync).ConfigureAwait(false);
            var (version, taken) = await takeAsync().ConfigureAwait(false);
            using var current = taken;
            var answer = await useAsync(current).ConfigureAwait(false);
            try
            {
                if (answer.Refresh is { } next && !IsSame(current, next))
                {
                    _unwritten[path] = new Next(Copied(next), version, to);
                    if (!await SaveAsync(path, to, dropAsync).ConfigureAwait(false))
                    {
                        throw new ProviderException(
                            ProviderFault.Refused,
                            $"`{path}` of the vault was revoked or written anew while it was used: what came of it is dropped"
                        );
                    }
                }

                return answer;
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The number of the version in the name that a lease has in entries.</summary>
    public static int VersionOf(string handle) =>
        int.TryParse(
            handle.AsSpan(handle.LastIndexOf('@') + 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : 0;

    // False where the version that it came of isn't the current one any more: it is dropped then.
    private async Task<bool> SaveAsync(string path, Uri to, Func<Secret, Task> dropAsync)
    {
        if (!_unwritten.TryGetValue(path, out var next))
        {
            return true;
        }

        bool isWritten;
        try
        {
            isWritten = await (WriteAsync ?? throw new VaultRefusedException("there is no vault to write to"))(
                path,
                next.Used,
                next.Value
            )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or VaultRefusedException)
        {
            // INVARIANT: it isn't forgotten while this instance runs: the one in the vault may not count any more.
            throw new ProviderException(
                ProviderFault.Busy,
                $"the next refresh token can't be written to `{path}` of the vault, and nothing is lent until it is: {e.Message}"
            );
        }

        _unwritten.TryRemove(path, out _);
        using var value = next.Value;
        if (!isWritten && next.To == to)
        {
            await dropAsync(value).ConfigureAwait(false);
        }

        return isWritten;
    }

    private static Secret Copied(Secret from)
    {
        Secret? copy = null;
        from.Use(value => copy = new Secret(value.Span));
        return copy!;
    }

    private static bool IsSame(Secret one, Secret other)
    {
        var same = false;
        one.Use(a => other.Use(b => same = a.Span.SequenceEqual(b.Span)));
        return same;
    }

    // Where it came from: it is shown to nobody else.
    private sealed record Next(Secret Value, int Used, Uri To);
}
