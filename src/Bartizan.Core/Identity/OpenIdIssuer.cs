namespace Bartizan.Core.Identity;

/// <summary>Whose tokens are taken: an issuer, to the letter, and who vouches for its server.</summary>
public sealed record OpenIdIssuer
{
    /// <summary>Characters of an issuer.</summary>
    public const int MaxChars = 512;

    private OpenIdIssuer(string name, string? authority) => (Name, Authority) = (name, authority);

    /// <summary>Its name, as it stands in tokens.</summary>
    public string Name { get; }

    /// <summary>The file of the authority, in PEM, that vouches for its server; null for those that the host trusts.</summary>
    public string? Authority { get; }

    /// <summary>The same, with the authority's file taken from a folder.</summary>
    public OpenIdIssuer From(string folder) =>
        Authority is null ? this : new OpenIdIssuer(Name, Path.GetFullPath(Authority, folder));

    /// <summary>Reads one: an https address without query and fragment; http only of this host.</summary>
    /// <param name="text">The issuer.</param>
    /// <param name="authority">The authority's file; null for those that the host trusts.</param>
    /// <param name="issuer">It.</param>
    /// <param name="problem">What is wrong, to follow its name in a sentence; empty when nothing is.</param>
    public static bool TryParse(string text, string? authority, out OpenIdIssuer? issuer, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        issuer = null;
        problem = WhyNot(text) ?? "";
        if (problem.Length > 0)
        {
            return false;
        }

        issuer = new OpenIdIssuer(text, authority);
        return true;
    }

    /// <summary>True for an address that may be asked for what tokens are verified by, or shown a secret: https, or this host.</summary>
    public static bool IsFit(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.UserInfo.Length == 0
            && address.Fragment.Length == 0;
    }

    private static string? WhyNot(string text) =>
        text.Length > MaxChars ? $"is longer than {MaxChars} characters"
        : text.StartsWith('/') || !Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsFit(url)
            ? "is no https address; http is for a provider on this host"
        : url.Query.Length > 0 || text.Contains('?', StringComparison.Ordinal) ? "has a query: an issuer has none"
        : !text.All(c => c is > ' ' and <= '~') ? "holds what no address holds"
        : null;
}
