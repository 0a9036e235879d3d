using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>
/// One host whose Git repositories are reached by SSH, from outside of the sandbox: <c>tool NAME/fetch</c>, <c>tool NAME/push</c>.
/// </summary>
public sealed record GitHost
{
    /// <summary>The tool that reads a repository.</summary>
    public const string Fetch = "fetch";

    /// <summary>The tool that writes one.</summary>
    public const string Push = "push";

    /// <summary>The argument of both: the repository below the address, without <c>.git</c> at its end.</summary>
    public const string Argument = "repository";

    /// <summary>The kinds of host key that are taken: of each a name, and the algorithms by which it signs.</summary>
    private static readonly (string Name, string Algorithms)[] Kinds =
    [
        ("ssh-ed25519", "ssh-ed25519"),
        ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
        ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"),
        ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"),
        ("ssh-rsa", "rsa-sha2-512,rsa-sha2-256"),
    ];

    private const int StandardPort = 22;

    private const int MaxKeyLength = 2048;

    /// <summary>The name that <c>tool</c> rules use.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: <c>ssh://USER@HOST:PORT/FOLDER/</c>; repositories are named below the folder.</summary>
    public required Uri Url { get; init; }

    /// <summary>The key that the host must have, as <c>ssh-keyscan</c> shows it; with any other nothing is sent.</summary>
    public required string HostKey { get; init; }

    /// <summary>The private key that opens it, by its name in the credentials. No session holds it.</summary>
    public required string Credential { get; init; }

    /// <summary>Where what it is told goes, for labels that are confined to places; null where nobody says.</summary>
    public string? Place { get; init; }

    /// <summary>The host.</summary>
    public HostName Host =>
        HostName.TryParse(Url.Host, out var host, out _) ? host : throw new InvalidOperationException();

    /// <summary>The port.</summary>
    public int Port => Url.Port <= 0 ? StandardPort : Url.Port;

    /// <summary>The user that everybody is there.</summary>
    public string User => Url.UserInfo;

    /// <summary>What every path starts with, and ends in a slash.</summary>
    public string Folder => Url.AbsolutePath.EndsWith('/') ? Url.AbsolutePath : Url.AbsolutePath + "/";

    /// <summary>Where it is as credentials are bound to hosts: its key is pinned, which is what TLS would verify.</summary>
    public Uri Address => new UriBuilder(Uri.UriSchemeHttps, Url.Host, Port).Uri;

    /// <summary>The algorithms by which the pinned key may sign, in OpenSSH's words.</summary>
    public string HostKeyAlgorithms => Kinds.First(k => k.Name == HostKey.Split(' ')[0]).Algorithms;

    /// <summary>What is wrong with an address; null when nothing is.</summary>
    public static string? FindProblem(string text)
    {
        // What the parser of addresses mends (letters, dots, percent forms) would be read in two ways.
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (text != Written(url) && text + "/" != Written(url))
            || url.Scheme != "ssh"
        )
        {
            return "is no address such as `ssh://git@git.example.com/`, in lower case";
        }

        if (!IsWord(url.UserInfo) || url.UserInfo[0] == '-')
        {
            return "says no user of letters, digits, `-`, `_` and `.`: `ssh://USER@HOST/`";
        }

        if (!HostName.TryParse(url.Host, out var host, out var problem) || host.ToString() != url.Host)
        {
            return $"has a host that {(problem.Length > 0 ? problem : "is not in lower case")}";
        }

        return
            url.Query.Length + url.Fragment.Length > 0
            || url.AbsolutePath.Split('/')[1..].SkipLast(1).Any(part => !IsFolder(part))
            || (!url.AbsolutePath.EndsWith('/') && !IsFolder(url.AbsolutePath.Split('/')[^1]))
            ? "has a folder that is not of letters, digits, `-`, `_`, `.` and `~`"
            : null;
    }

    /// <summary>What is wrong with a host key; null when nothing is.</summary>
    public static string? FindProblemOfKey(string text)
    {
        var words = text.Split(' ');
        var bytes = new byte[MaxKeyLength];
        if (
            text.Length > MaxKeyLength
            || words.Length != 2
            || Kinds.All(k => k.Name != words[0])
            || !Convert.TryFromBase64String(words[1], bytes, out var length)
        )
        {
            return "is no key such as `ssh-ed25519 AAAA…`, without a comment: `ssh-keyscan HOST` shows it";
        }

        // RFC 4253, 6.6: the key says its own kind first.
        var name = System.Text.Encoding.ASCII.GetBytes(words[0]);
        return length > 4 + name.Length && bytes[3] == name.Length && bytes.AsSpan(4, name.Length).SequenceEqual(name)
            ? null
            : "is no key of the kind that it says";
    }

    /// <summary>True for a part of a path that every reader reads alike.</summary>
    public static bool IsFolder(string part) =>
        IsWord(part.Replace("~", "", StringComparison.Ordinal)) && part is not ("." or "..");

    private static string Written(Uri url) =>
        $"{url.Scheme}://{url.UserInfo}@{url.Host}{(url.Port > 0 ? $":{url.Port}" : "")}{(url.AbsolutePath.Length == 0 ? "/" : url.AbsolutePath)}";

    private static bool IsWord(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
