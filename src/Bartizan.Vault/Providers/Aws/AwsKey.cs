namespace Bartizan.Vault.Providers.Aws;

/// <summary>What a request to AWS is signed with: the id of a key, its secret, and the token of the session that it was made for.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Value">Its secret.</param>
/// <param name="Token">The session's token; null for a key that stands.</param>
internal sealed record AwsKey(string Id, Secret Value, Secret? Token) : IDisposable
{
    private const int MaxIdLength = 128;

    /// <summary>Reads <c>ID:SECRET</c>, which is how a key lies in the vault; null for another text.</summary>
    public static AwsKey? Read(Secret own)
    {
        AwsKey? key = null;
        own.Use(text =>
        {
            var colon = text.Span.IndexOf(':');
            if (
                colon is > 0 and <= MaxIdLength
                && text.Length > colon + 1
                && !text.Span[..colon].ContainsAnyExcept(s_idCharacters)
                && !text.Span[(colon + 1)..].ContainsAnyExceptInRange('!', '~')
            )
            {
                key = new AwsKey(text.Span[..colon].ToString(), new Secret(text.Span[(colon + 1)..]), null);
            }
        });
        return key;
    }

    private static readonly System.Buffers.SearchValues<char> s_idCharacters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    public void Dispose()
    {
        Value.Dispose();
        Token?.Dispose();
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => Id;
}
