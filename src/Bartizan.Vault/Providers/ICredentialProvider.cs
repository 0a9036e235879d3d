namespace Bartizan.Vault.Providers;

/// <summary>
/// One server that issues credentials, by its own protocol. Where it has logins everything is issued under one of the session's own, so
/// that revoking that one revokes it all, what was issued in a lost answer too. Where it has none, what is issued has an anchor of its own.
/// </summary>
internal interface ICredentialProvider : IDisposable
{
    /// <summary>
    /// Signs in; nothing is issued by it. A login without an anchor is one that leaves nothing there: who asks shows what is its own each
    /// time.
    /// </summary>
    /// <param name="own">What it is signed in to with; null where the manifest names nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It didn't.</exception>
    Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken);

    /// <summary>Issues what is asked for.</summary>
    /// <exception cref="ProviderException">It didn't, or nobody knows whether it did.</exception>
    Task<IssuedSecret> IssueAsync(ProviderLogin login, ProviderAsk ask, CancellationToken cancellationToken);

    /// <summary>Makes a lease, or the login itself (null), count longer; returns for how long from now.</summary>
    /// <exception cref="ProviderException">It didn't.</exception>
    Task<TimeSpan> RenewAsync(ProviderLogin login, string? lease, TimeSpan by, CancellationToken cancellationToken);

    /// <summary>Revokes a lease, or the login (null) with everything that hangs on it.</summary>
    /// <exception cref="ProviderException">It didn't.</exception>
    Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken);

    /// <summary>Revokes another login, or something that was issued, by its anchor. What isn't there is gone.</summary>
    /// <exception cref="ProviderException">It didn't.</exception>
    Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken);
}
