namespace Bartizan.Vault.Providers;

/// <summary>A session's login at a provider: what is issued to the session hangs on it, and ends with it.</summary>
/// <param name="Token">What it is used by.</param>
/// <param name="Anchor">What it can be revoked by, by another login; empty for one that leaves nothing there.</param>
/// <param name="Ttl">How long it counts; zero for as long as the session.</param>
/// <param name="IsRenewable">True when it can be made to count longer.</param>
internal sealed record ProviderLogin(Secret Token, string Anchor, TimeSpan Ttl, bool IsRenewable) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        Token.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Never the token.</summary>
    public override string ToString() => "***";
}
