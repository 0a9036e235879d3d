namespace Bartizan.Core.Manifests;

/// <summary>One PostgreSQL database whose statements are tools: <c>tool NAME/select</c>.</summary>
public sealed record ToolDatabase
{
    /// <summary>Its schemes.</summary>
    public static readonly string[] Schemes = ["postgres", "postgresql"];

    private const int StandardPort = 5432;

    private const string Unencrypted = "?sslmode=disable";

    /// <summary>The name that <c>tool</c> rules use, and that the agent connects to.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: <c>postgres://ROLE@HOST:PORT/DATABASE</c>; the role is the one that makes roles.</summary>
    public required Uri Url { get; init; }

    /// <summary>The credential of the role that makes roles. No session holds it.</summary>
    public required string Credential { get; init; }

    /// <summary>A PEM file with the authority of a private server; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>How long a session's role may log in before it is renewed.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Until when it is renewed at most, counted from its making.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Where what it is told goes, for labels that are confined to places; null where nobody says.</summary>
    public string? Place { get; init; }

    /// <summary>Where it is as credentials are bound to hosts: verified by TLS, or on loopback.</summary>
    public Uri Address => new UriBuilder(IsEncrypted ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, Host, Port).Uri;

    /// <summary>The host.</summary>
    public string Host => Url.IdnHost;

    /// <summary>The port.</summary>
    public int Port => Url.IsDefaultPort || Url.Port <= 0 ? StandardPort : Url.Port;

    /// <summary>The database on that server.</summary>
    public string Database => Uri.UnescapeDataString(Url.AbsolutePath.TrimStart('/'));

    /// <summary>The role that makes roles.</summary>
    public string User => Uri.UnescapeDataString(Url.UserInfo);

    /// <summary>False only for a server on this host's loopback that was said to have no TLS.</summary>
    public bool IsEncrypted => Url.Query != Unencrypted;

    /// <summary>What is wrong with an address; null when nothing is.</summary>
    public static string? FindProblem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !Schemes.Contains(url.Scheme))
        {
            return "is no address such as `postgres://bartizan@db.example.com/shop`";
        }

        if (url.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            return "holds a password: name a credential with `with`";
        }

        if (url.UserInfo.Length == 0 || url.AbsolutePath.Trim('/').Length == 0 || url.AbsolutePath.LastIndexOf('/') > 0)
        {
            return "says no role or no database: `postgres://ROLE@HOST/DATABASE`";
        }

        if (url.Query is not ("" or "?sslmode=verify-full" or Unencrypted) || url.Fragment.Length > 0)
        {
            return "says more than `sslmode=verify-full`, which holds anyway, or `sslmode=disable`";
        }

        return url.Query == Unencrypted && !url.IsLoopback ? "has no TLS, and isn't on this host" : null;
    }
}
