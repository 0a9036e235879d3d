using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>A session's use of one refresh token: it is lent to the session's provider as any credential, by an entry.</summary>
internal sealed class RefreshUse(
    RefreshTokens tokens,
    CredentialLender lender,
    SessionId session,
    CredentialSource source
)
{
    /// <summary>Uses it for a request to <paramref name="to"/>.</summary>
    /// <exception cref="ProviderException">It can't be used.</exception>
    public Task<OAuthAnswer> WithAsync(
        Uri to,
        Func<Secret, Task<OAuthAnswer>> useAsync,
        Func<Secret, Task> dropAsync,
        CancellationToken cancellationToken
    ) =>
        tokens.UseAsync(
            source.Locator,
            to,
            () => TakeAsync(to, cancellationToken),
            useAsync,
            dropAsync,
            cancellationToken
        );

    private async Task<(int Version, Secret Value)> TakeAsync(Uri to, CancellationToken cancellationToken)
    {
        using var lease = await lender.LendAsync(session, source.Name, to, cancellationToken).ConfigureAwait(false);
        Secret? copy = null;
        lease.Apply(value => copy = new Secret(value.Span));
        return (RefreshTokens.VersionOf(lease.Handle), copy!);
    }
}
