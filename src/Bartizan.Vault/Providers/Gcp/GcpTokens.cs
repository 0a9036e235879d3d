using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Vault.Providers.Clouds;

namespace Bartizan.Vault.Providers.Gcp;

/// <summary>
/// Google Cloud. By a service account's key, or by the agent's identity in a workload identity pool, a token is had that can do one thing:
/// make tokens of the manifest's service account. Those have the scopes and the time that are asked for. Nobody can revoke them: they end
/// by time.
/// <code>
/// key ─ signs ─ oauth2/token ┐
///                            ├─ token for `iam` ─ generateAccessToken ─ token of the account ─ lent, or reads one secret
/// identity ── sts/v1/token ──┘
/// </code>
/// </summary>
internal sealed class GcpTokens(GcpTerms terms, CloudWire signIn, CloudWire iam, CloudWire secrets, TimeProvider clock)
    : ICredentialProvider
{
    private const string IamScope = "https://www.googleapis.com/auth/iam";

    private const string ReadScope = "https://www.googleapis.com/auth/cloud-platform";

    private static readonly TimeSpan s_usual = TimeSpan.FromHours(1);

    /// <summary>For one read.</summary>
    private static readonly TimeSpan s_once = TimeSpan.FromMinutes(5);

    /// <summary>How far apart the clocks may be.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private static readonly UTF8Encoding s_strict = new(false, true);

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken) =>
        ShownLogin.OfAsync(own, signIn.Authority);

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        if (ask.Path.Split('/') is ["secretmanager", var project, var name, .. var version])
        {
            return await ReadAsync(login, ask, project, name, version is [var one] ? one : "latest", cancellationToken)
                .ConfigureAwait(false);
        }

        if (ask.Path != "token" || ask.Fields.Any(field => field != "access_token"))
        {
            throw iam.No("makes an `access_token` at `token`, and nothing else");
        }

        var scopes =
            ask.Parameters.GetValueOrDefault("scope") ?? throw iam.No("isn't asked for a token without a scope");
        var (token, ends) = await MakeAsync(login, scopes, ask.Ttl ?? s_usual, cancellationToken).ConfigureAwait(false);
        return new IssuedSecret(
            ImmutableDictionary<string, Secret>.Empty.Add("access_token", token),
            null,
            ends - clock.GetUtcNow(),
            false,
            null
        )
        {
            Says = $"a token of {terms.Account} for {scopes}, until {ends.UtcDateTime:u}; nobody can revoke it",
        };
    }

    // INVARIANT: nothing here is renewed or revoked; a token is made anew, and ends by time.
    public Task<TimeSpan> RenewAsync(
        ProviderLogin login,
        string? lease,
        TimeSpan by,
        CancellationToken cancellationToken
    ) => Task.FromResult(TimeSpan.Zero);

    public Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public void Dispose()
    {
        signIn.Dispose();
        iam.Dispose();
        secrets.Dispose();
    }

    /// <summary>
    /// What a refusal says. Of signing in only the code: the words there may hold what was shown; the other APIs' name who may not do what.
    /// </summary>
    public static string WordsOf(ProviderReply reply)
    {
        var error = ProviderReply.PartOf(reply.Json, "error");
        return ProviderReply.TextOf(error) is { } code
            ? code switch
            {
                "invalid_grant" => "invalid_grant: what is shown doesn't count there, or this machine's clock is wrong",
                _ when code.Length <= 64 && code.All(c => char.IsAsciiLetter(c) || c == '_') => code,
                _ => ProviderWords.Shown(null),
            }
            : ProviderWords.Shown(ProviderReply.TextOf(error, "message") ?? ProviderReply.TextOf(error, "status"));
    }

    private async Task<(Secret Token, DateTimeOffset Ends)> MakeAsync(
        ProviderLogin login,
        string scopes,
        TimeSpan asked,
        CancellationToken cancellationToken
    )
    {
        using var first = await SignedInAsync(login, cancellationToken).ConfigureAwait(false);
        var lifetime = $"{((long)asked.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s";
        using var reply = await iam.PostAsync(
                $"v1/projects/-/serviceAccounts/{terms.Account}:generateAccessToken",
                first,
                new JsonObject
                {
                    ["scope"] = new JsonArray([
                        .. scopes.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(one => (JsonNode)one),
                    ]),
                    ["lifetime"] = lifetime,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (
            ProviderReply.TextOf(reply.Json, "accessToken") is not { Length: > 0 } token
            || !DateTimeOffset.TryParse(
                ProviderReply.TextOf(reply.Json, "expireTime"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var ends
            )
        )
        {
            throw iam.No("gave no token that can be read");
        }

        var now = clock.GetUtcNow();
        return ends - now > asked + s_skew
                ? throw iam.Wider(
                    $"made a token until {ends.UtcDateTime:u}, which is longer than the {asked.TotalMinutes:0} minutes asked for"
                )
            : ends <= now ? throw iam.No("made a token whose time is over by this machine's clock: set it")
            : (new Secret(token), ends);
    }

    private async Task<Secret> SignedInAsync(ProviderLogin login, CancellationToken cancellationToken)
    {
        using var key = terms.Pool is null ? GcpKey.Read(login.Token) : null;
        if (terms.Pool is null && key is null)
        {
            throw signIn.No(
                "isn't asked: what it is signed in to with is no service account's key (the file of JSON, whole)"
            );
        }

        using var reply = await signIn
            .PostAsync(
                terms.Pool is null ? "token" : "v1/token",
                () => key is null ? Exchange(login) : Assertion(key),
                cancellationToken
            )
            .ConfigureAwait(false);
        return
            ProviderReply.TextOf(reply.Json, "access_token") is { Length: > 0 } token
            && string.Equals(
                ProviderReply.TextOf(reply.Json, "token_type"),
                "Bearer",
                StringComparison.OrdinalIgnoreCase
            )
            ? new Secret(token)
            : throw signIn.No("gave no token that can be read");
    }

    private FormText Assertion(GcpKey key)
    {
        using var signed = key.Sign(terms.Audience, IamScope, clock.GetUtcNow());
        return new FormText().Say("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer").Say("assertion", signed);
    }

    private FormText Exchange(ProviderLogin login) =>
        new FormText()
            .Say("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
            .Say("audience", $"//iam.googleapis.com/{terms.Pool}")
            .Say("scope", IamScope)
            .Say("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
            .Say("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
            .Say("subject_token", login.Token);

    private async Task<IssuedSecret> ReadAsync(
        ProviderLogin login,
        ProviderAsk ask,
        string project,
        string name,
        string version,
        CancellationToken cancellationToken
    )
    {
        var (made, _) = await MakeAsync(login, ReadScope, s_once, cancellationToken).ConfigureAwait(false);
        using var token = made;
        using var reply = await secrets
            .GetAsync($"v1/projects/{project}/secrets/{name}/versions/{version}:access", token, cancellationToken)
            .ConfigureAwait(false);

        // The project stands there by its number.
        if (
            ProviderReply.TextOf(reply.Json, "name")?.Split('/')
                is not ["projects", _, "secrets", var itsName, "versions", var itsVersion]
            || itsName != name
            || (version != itsVersion && version.All(char.IsAsciiDigit))
        )
        {
            throw secrets.No($"gave another secret than `{name}`");
        }

        var value =
            Text(ProviderReply.PartOf(reply.Json, "payload"))
            ?? throw secrets.No($"gave a text of `{name}` that isn't what its checksum says, or is none");
        return new IssuedSecret(
            KeptFields.Of(value, "payload", ask.Fields)
                ?? throw secrets.No($"has no field {KeptFields.Named(ask.Fields)} in `{name}`"),
            null,
            TimeSpan.Zero,
            false,
            itsVersion
        );
    }

    // The checksum is of the bytes, by Castagnoli's polynomial (RFC 3720), as a number in a text.
    private static string? Text(System.Text.Json.JsonElement payload)
    {
        try
        {
            var bytes = Convert.FromBase64String(ProviderReply.TextOf(payload, "data") ?? "");
            var sum = uint.MaxValue;
            foreach (var one in bytes)
            {
                sum = BitOperations.Crc32C(sum, one);
            }

            return ProviderReply.TextOf(payload, "dataCrc32c") == (~sum).ToString(CultureInfo.InvariantCulture)
                ? s_strict.GetString(bytes)
                : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
