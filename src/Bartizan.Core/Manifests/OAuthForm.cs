using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>An OAuth 2.0 authorization server, in a manifest.</summary>
public static class OAuthForm
{
    /// <summary>The only path that tokens come from.</summary>
    public const string Path = "token";

    /// <summary>The only field of an answer that is lent: a refresh token never is.</summary>
    public const string Field = "access_token";

    /// <summary>What a request for a token may say beside what the kind says itself.</summary>
    public static ImmutableArray<string> Parameters { get; } = ["audience", "resource", "scope"];

    /// <summary>How a client says who it is.</summary>
    public static ImmutableArray<string> ClientWays { get; } = ["basic", "key", "post"];

    /// <summary>What it takes.</summary>
    internal static ProviderForm Form { get; } =
        new()
        {
            Word = "oauth",
            Kind = ProviderKind.OAuth,
            Keys = ["endpoints", "refresh"],
            SignIn = ["client", "by", "key_id"],
            Ways = ["client"],
            WaysHint = "Write `auth: { client: CLIENT_ID }`.",
            NeedsCredential = false,
            CredentialKeys = ["refresh"],
            ProblemOf = ProblemOf,
            ProblemOfAsk = ProblemOfAsk,
        };

    private static string? ProblemOf(CredentialProvider provider)
    {
        var settings = provider.Settings;
        if (provider.Credential.Length == 0 && !settings.ContainsKey("refresh"))
        {
            return $"`{provider.Name}` has neither a client's secret nor a refresh token: name a credential with `with` or `refresh`";
        }

        if (settings.ContainsKey("auth.by") && provider.Credential.Length == 0)
        {
            return $"`auth: by` of `{provider.Name}` says how a secret is shown, and there is none: name it with `with`";
        }

        if (settings.ContainsKey("auth.key_id") && settings.GetValueOrDefault("auth.by") != "key")
        {
            return $"`auth: key_id` of `{provider.Name}` means something with `by: key` alone";
        }

        var named = settings.Where(one => one.Key.StartsWith("endpoints.", StringComparison.Ordinal)).ToList();
        if (named.Count == 0)
        {
            return null;
        }

        if (!settings.TryGetValue("endpoints.token", out var token))
        {
            return $"`endpoints` of `{provider.Name}` doesn't say where tokens are: name `token`, or leave `endpoints` out to discover all of them";
        }

        foreach (var (key, text) in named)
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsFit(url))
            {
                return $"`{key}` of `{provider.Name}` would be asked in cleartext: use https; http is for a server on this host";
            }

            if (url.GetLeftPart(UriPartial.Authority) != new Uri(token).GetLeftPart(UriPartial.Authority))
            {
                return $"`{key}` of `{provider.Name}` is on another server than `endpoints: token`: the client's secret is shown to one";
            }
        }

        return null;
    }

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        (place.Path, place.Field) != (Path, Field)
            ? $"`{source.Name}` names something that an OAuth provider doesn't lend: write `provider:{provider.Name}/{Path}#{Field}`"
        : source.Parameters.Keys.FirstOrDefault(key => !Parameters.Contains(key)) is { } other
            ? $"`params: {SourceTree.Quote(other)}` of `{source.Name}` isn't asked of an OAuth provider: `scope`, `resource` and `audience` are"
        : source.Parameters.TryGetValue("resource", out var resource)
        && (
            resource.StartsWith('/')
            || !Uri.TryCreate(resource, UriKind.Absolute, out var url)
            || url.Fragment.Length > 0
        )
            ? $"`params: resource` of `{source.Name}` is no absolute address without a fragment (RFC 8707)"
        : provider.Settings.ContainsKey("refresh") && !source.Parameters.ContainsKey("scope")
            ? $"`{source.Name}` would get all that was consented to: say the scopes that it needs, as in `params: {{ scope: \"orders.read\" }}`"
        : source.Parameters.TryGetValue("scope", out var scope) && !scope.All(IsOfScopes)
            ? $"`params: scope` of `{source.Name}` holds a character that no scope has: names and single blanks are written there"
        : null;

    private static bool IsFit(Uri url) =>
        (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.UserInfo.Length == 0
        && url.Fragment.Length == 0;

    // RFC 6749, 3.3.
    private static bool IsOfScopes(char c) => c is >= ' ' and <= '~' and not '"' and not '\\';
}
