namespace Bartizan.Guards.Sensitive;

/// <summary>
/// How much of a secret's beginning and end everybody knows: what its provider puts before each, a token's header, an address but for its
/// password, the last line of a key. To be told that a guess of it is right is nothing; to be told so of it and three letters more would
/// give these away. And it stands in texts that nobody needs to hide.
/// </summary>
internal static class SecretStart
{
    // Longer beginnings than the ones that the detectors go by.
    private static readonly string[] _longer =
    [
        "sk-ant-api03-",
        "sk-ant-admin01-",
        "sk-ant-oat01-",
        "sk-ant-ort01-",
        "xoxe.xoxp-1-",
        "xapp-1-",
        "pypi-AgEIcHlwaS5vcmc",
        "Bearer ",
        "Basic ",
    ];

    private static readonly string[] _known =
    [
        .. TokenKinds.All.Select(kind => kind.Prefix).Concat(_longer).OrderByDescending(known => known.Length),
    ];

    /// <summary>Characters that everybody knows; never all of them.</summary>
    public static int Of(string secret)
    {
        var length = Known(secret);
        if (
            secret.StartsWith("eyJ", StringComparison.Ordinal)
            && secret.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
        )
        {
            // After the header comes an object, too.
            length = secret.AsSpan(dot + 1).StartsWith("eyJ", StringComparison.Ordinal) ? dot + 4 : dot + 1;
        }
        else if (secret.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        {
            length = secret.IndexOf('\n', StringComparison.Ordinal) + 1;
        }
        else if (secret.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            length = scheme + 3 + Math.Max(Known(secret[(scheme + 3)..]), OfAddress(secret.AsSpan(scheme + 3)));
        }

        return length;
    }

    /// <summary>Characters at its end that everybody may know.</summary>
    public static int EndOf(string secret)
    {
        if (secret.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        {
            var last = secret.LastIndexOf("\n-----END ", StringComparison.Ordinal);
            return last < 0 ? 0 : secret.Length - last;
        }

        if (secret.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            var at = AuthorityOf(secret.AsSpan(scheme + 3)).LastIndexOf('@');
            return at < 0 ? 0 : secret.Length - (scheme + 3 + at);
        }

        return 0;
    }

    private static int Known(string secret) =>
        _known.FirstOrDefault(known => secret.StartsWith(known, StringComparison.Ordinal))?.Length ?? 0;

    // The user before a password, else the host.
    private static int OfAddress(ReadOnlySpan<char> rest)
    {
        var authority = AuthorityOf(rest);
        var at = authority.LastIndexOf('@');

        // Behind the `@` a colon is the port's.
        return at < 0 ? authority.Length : authority[..at].IndexOf(':') + 1;
    }

    private static ReadOnlySpan<char> AuthorityOf(ReadOnlySpan<char> rest)
    {
        var path = rest.IndexOfAny('/', '?');
        return path < 0 ? rest : rest[..path];
    }
}
