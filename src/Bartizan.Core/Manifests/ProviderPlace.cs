namespace Bartizan.Core.Manifests;

/// <summary>Which field of what a provider issues a credential is: <c>corp/database/creds/reader#password</c>.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Field">The field of the answer.</param>
public sealed record ProviderPlace(string Provider, string Path, string Field)
{
    /// <summary>The longest place.</summary>
    public const int MaxLength = 300;

    /// <summary>
    /// True for what a Vault says of itself and of logins: its answers hold the token that a session is signed in with. A namespace may
    /// stand before it; only what comes after a mount's <c>data</c> is a name that people have given.
    /// </summary>
    public bool IsOfTheServer
    {
        get
        {
            var parts = Path.Split('/');
            var data = Array.IndexOf(parts, "data", 1);
            return parts.Take(data < 0 ? parts.Length : data).Any(IsOwn)
                || $"/{Path}/".Contains("/auth/token/", StringComparison.Ordinal);
        }
    }

    /// <summary>Reads one; null when it is none.</summary>
    public static ProviderPlace? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (slash, hash) = (text.IndexOf('/', StringComparison.Ordinal), text.LastIndexOf('#'));
        return
            text.Length <= MaxLength
            && slash > 0
            && hash > slash + 1
            && IsName(text[..slash])
            && text[(slash + 1)..hash].Split('/').All(IsName)
            && IsName(text[(hash + 1)..])
            ? new ProviderPlace(text[..slash], text[(slash + 1)..hash], text[(hash + 1)..])
            : null;
    }

    private static bool IsOwn(string part) => part is "auth" or "sys" or "identity" or "cubbyhole";

    // INVARIANT: nothing that a server could read as another path: no escapes, no dots alone.
    private static bool IsName(string part) =>
        part is not ("" or "." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
