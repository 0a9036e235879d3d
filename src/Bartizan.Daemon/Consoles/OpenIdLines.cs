using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Bartizan.Core.Identity;

namespace Bartizan.Daemon.Consoles;

/// <summary>The section <c>oidc</c> of <c>console.yaml</c>.</summary>
internal sealed class OpenIdLines
{
    /// <summary>Characters of a client's secret.</summary>
    public const int MaxSecret = 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Issuer { get; set; } = "";

    public string? Authority { get; set; }

    public string ClientId { get; set; } = "";

    public string? ClientSecret { get; set; }

    public List<string>? Scopes { get; set; }

    public string GroupsClaim { get; set; } = "groups";

    public string NameClaim { get; set; } = "sub";

    public List<RoleLines?> Roles { get; set; } = [];

    /// <summary>What it says.</summary>
    /// <exception cref="ControlException">When it has a mistake.</exception>
    public OpenIdTerms Read(string home, Func<string, ControlException> wrong)
    {
        var authority = Authority is null ? null : Path.GetFullPath(Path.Combine(home, Authority));
        if (!OpenIdIssuer.TryParse(Issuer, authority, out var issuer, out var problem))
        {
            throw wrong($"`oidc.issuer` {problem}");
        }

        if (ClientId.Length == 0)
        {
            throw wrong("`oidc.client_id` says as whom the instance is known there");
        }

        if (NameClaim is not ("sub" or "email"))
        {
            throw wrong("`oidc.name_claim` is `sub`, or `email` where the provider verifies addresses");
        }

        if (GroupsClaim.Length == 0)
        {
            throw wrong("`oidc.groups_claim` names the claim with a person's groups");
        }

        var groups = new Dictionary<string, ImmutableArray<Grant>>(StringComparer.Ordinal);
        foreach (var line in Roles)
        {
            if (line is not { Group.Length: > 0 } || Grant.Read(line.Role, line.Agents) is not { } grant)
            {
                throw wrong("each of `oidc.roles` is `{ group: NAME, role: viewer, agents: ['support-*'] }`");
            }

            groups[line.Group] = [.. groups.GetValueOrDefault(line.Group, []), grant];
        }

        var secret = ClientSecret is null ? null : Path.GetFullPath(Path.Combine(home, ClientSecret));
        return new OpenIdTerms
        {
            Issuer = issuer!,
            Client = ClientId,
            Secret = secret is null ? null : () => SecretIn(secret),
            Scopes = [.. (Scopes ?? ["openid"]).Prepend("openid").Distinct(StringComparer.Ordinal)],
            GroupsClaim = GroupsClaim,
            NameClaim = NameClaim,
            Groups = groups.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    private static string SecretIn(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if ((File.GetUnixFileMode(stream.SafeFileHandle) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new IOException($"`{path}` can be reached by others; run `chmod 600` on it");
        }

        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Trim();
        return text.Length is > 0 and <= MaxSecret ? text : throw new IOException($"`{path}` holds no client's secret");
    }

    internal sealed class RoleLines
    {
        public string Group { get; set; } = "";

        public string Role { get; set; } = "";

        public List<string>? Agents { get; set; }
    }
}
