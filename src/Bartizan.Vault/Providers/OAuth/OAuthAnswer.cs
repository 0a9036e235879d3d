using System.Globalization;
using System.Text.Json;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>A token endpoint's answer (RFC 6749, 5.1), checked.</summary>
/// <param name="Token">The token that requests are made with.</param>
/// <param name="Refresh">The refresh token that comes with it; null for none.</param>
/// <param name="Ttl">How long it counts; zero where it doesn't say.</param>
/// <param name="Scope">The scopes that it says; null where it says none, which are those that were asked for then.</param>
internal sealed record OAuthAnswer(Secret Token, Secret? Refresh, TimeSpan Ttl, string? Scope) : IDisposable
{
    /// <summary>Why it can't be used; null when it can.</summary>
    public string? Problem { get; private init; }

    /// <summary>True when there is a token, fit or not.</summary>
    public bool HasToken { get; private init; }

    /// <summary>Reads one. What is wrong with it is said in it: a refresh token counts all the same.</summary>
    public static OAuthAnswer Read(ProviderReply reply, string authority)
    {
        var said = reply.Json;
        var token = ProviderReply.TextOf(said, "access_token") ?? "";
        var refresh = ProviderReply.TextOf(said, "refresh_token");
        var scope = ProviderReply.PartOf(said, "scope");
        var problem =
            reply.MediaType != "application/json" || said.ValueKind != JsonValueKind.Object
                ? "doesn't answer as it should: its answer is no object of JSON"
            : token.Length == 0 || token.Any(c => c is <= ' ' or >= '\u007f') ? "gave no token that could be sent"
            : !"bearer".Equals(ProviderReply.TextOf(said, "token_type"), StringComparison.OrdinalIgnoreCase)
                ? "gave a token that isn't sent as a bearer's"
            : scope.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            || ProviderReply.TextOf(scope) is not null
                ? null
            : "names its scopes in a way that can't be read";
        return new OAuthAnswer(
            new Secret(token),
            string.IsNullOrEmpty(refresh) ? null : new Secret(refresh),
            TtlOf(said),
            ProviderReply.TextOf(scope)
        )
        {
            HasToken = token.Length > 0,
            Problem = problem is null ? null : $"`{authority}` {problem}",
        };
    }

    /// <summary>In what it is wider than what was asked for; null when it isn't.</summary>
    /// <param name="asked">The scopes that were asked for.</param>
    /// <param name="longest">How long it may count; null where nobody says.</param>
    /// <param name="mustSay">
    /// True where no scope doesn't mean those that were asked for: after a refresh token it may mean all that was consented to.
    /// </param>
    public string? WiderThan(string? asked, TimeSpan? longest, bool mustSay)
    {
        var wanted = WordsOf(asked);
        if (Scope is null && mustSay)
        {
            return "doesn't say its scopes, which may be all there are"
                + (wanted.Length == 0 ? ": name those that the rules need in `params: scope`" : "");
        }

        if (Scope is not null && WordsOf(Scope).Except(wanted, StringComparer.Ordinal).ToList() is { Count: > 0 } more)
        {
            return $"has the scopes {Named(more)}, which `params: scope` doesn't name"
                + (wanted.Length == 0 ? ": name the scopes that the rules need" : "");
        }

        return longest is not { } most ? null
            : Ttl == TimeSpan.Zero
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"has no end that can be read, and it may count for {most.TotalSeconds:0} seconds"
                )
            : Ttl > most
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"counts for {Ttl.TotalSeconds:0} seconds, and may for {most.TotalSeconds:0}"
                )
            : null;
    }

    public void Dispose()
    {
        Token.Dispose();
        Refresh?.Dispose();
    }

    /// <summary>Never the tokens.</summary>
    public override string ToString() => "***";

    // Some say it as a text.
    private static TimeSpan TtlOf(JsonElement said) =>
        ProviderReply.TextOf(said, "expires_in") is { } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : ProviderReply.SecondsOf(said, "expires_in");

    private static string[] WordsOf(string? scope) => (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Named(List<string> scopes) =>
        ProviderWords.Of(string.Join(", ", scopes.Select(one => $"`{one}`")));
}
