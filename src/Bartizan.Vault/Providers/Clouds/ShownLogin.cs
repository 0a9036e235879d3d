namespace Bartizan.Vault.Providers.Clouds;

/// <summary>The login of a cloud: none that stands there. What the session has is shown each time, as it is then.</summary>
internal static class ShownLogin
{
    /// <summary>It, with a copy of what is shown.</summary>
    /// <exception cref="ProviderException">There is nothing to show.</exception>
    public static Task<ProviderLogin> OfAsync(Secret? own, string authority)
    {
        Secret? copy = null;
        own?.Use(text => copy = new Secret(text.Span));
        return Task.FromResult(
            new ProviderLogin(
                copy
                    ?? throw new ProviderException(
                        ProviderFault.Refused,
                        $"`{authority}` isn't asked: nothing is named that it is signed in to with"
                    ),
                "",
                TimeSpan.Zero,
                false
            )
        );
    }
}
