namespace Bartizan.Vault.Providers;

/// <summary>The wire to a provider and a session's login there, until the last that needs them is done with them.</summary>
internal sealed class ProviderHold(ICredentialProvider provider, ProviderLogin login)
{
    private int _holders = 1;

    public ICredentialProvider Provider => provider;

    public ProviderLogin Login => login;

    /// <summary>One more needs them.</summary>
    public ProviderHold Add()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>One is done with them.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            provider.Dispose();
            login.Token.Dispose();
        }
    }
}
