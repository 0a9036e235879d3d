using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Vault.Providers.Clouds;

namespace Bartizan.Vault.Providers.Azure;

/// <summary>
/// Azure: tokens of an application for one scope, by its secret or by the agent's identity (client credentials with an assertion,
/// RFC 7523), and values of a Key Vault. How long a token counts the tenant says; nobody can revoke it.
/// </summary>
internal sealed class AzureTokens(AzureTerms terms, CloudWire signIn, CloudWire? vault, TimeProvider clock)
    : ICredentialProvider
{
    /// <summary>The longest that Azure makes tokens for where a tenant says nothing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(90);

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken) =>
        ShownLogin.OfAsync(own, signIn.Authority);

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        if (ask.Path.Split('/') is ["keyvault", var name, .. var version])
        {
            return await ReadAsync(login, ask, name, version is [var one] ? one : null, cancellationToken)
                .ConfigureAwait(false);
        }

        if (ask.Path != "token" || ask.Fields.Any(field => field != "access_token"))
        {
            throw signIn.No("makes an `access_token` at `token`, and nothing else");
        }

        var scope =
            ask.Parameters.GetValueOrDefault("scope") ?? throw signIn.No("isn't asked for a token without a scope");
        var (token, life) = await MakeAsync(login, scope, cancellationToken).ConfigureAwait(false);
        return new IssuedSecret(
            ImmutableDictionary<string, Secret>.Empty.Add("access_token", token),
            null,
            life,
            false,
            null
        )
        {
            Says =
                $"a token of {terms.Client} for {scope}, until {(clock.GetUtcNow() + life).UtcDateTime:u}; nobody can revoke it",
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
        vault?.Dispose();
    }

    /// <summary>What a refusal says. Of signing in only the codes: the words there may hold what was shown.</summary>
    public static string WordsOf(ProviderReply reply)
    {
        var error = ProviderReply.PartOf(reply.Json, "error");
        if (ProviderReply.TextOf(error) is not { } code)
        {
            return ProviderWords.Shown(ProviderReply.TextOf(error, "message") ?? ProviderReply.TextOf(error, "code"));
        }

        var numbers = ProviderReply.PartOf(reply.Json, "error_codes");
        var named = code.Length <= 64 && code.All(c => char.IsAsciiLetter(c) || c == '_') ? code : "an error";
        return
            numbers.ValueKind == JsonValueKind.Array
            && numbers.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt64(out var known)
            ? $"{named} (AADSTS{known})"
            : named;
    }

    private async Task<(Secret Token, TimeSpan Life)> MakeAsync(
        ProviderLogin login,
        string scope,
        CancellationToken cancellationToken
    )
    {
        using var reply = await signIn
            .PostAsync($"{terms.Tenant}/oauth2/v2.0/token", () => Form(login, scope), cancellationToken)
            .ConfigureAwait(false);
        var life = ProviderReply.SecondsOf(reply.Json, "expires_in");
        return ProviderReply.TextOf(reply.Json, "access_token") is not { Length: > 0 } token
            || !string.Equals(
                ProviderReply.TextOf(reply.Json, "token_type"),
                "Bearer",
                StringComparison.OrdinalIgnoreCase
            )
            || life == TimeSpan.Zero
                ? throw signIn.No("gave no token that can be read")
            : life > Longest
                ? throw signIn.Wider(
                    $"made a token for {life.TotalMinutes:0} minutes, which is longer than the {Longest.TotalMinutes:0} that are usual: see to the tenant's token lifetime policy"
                )
            : (new Secret(token), life);
    }

    private FormText Form(ProviderLogin login, string scope)
    {
        var form = new FormText()
            .Say("grant_type", "client_credentials")
            .Say("client_id", terms.Client)
            .Say("scope", scope);
        return terms.IsFederated
            ? form.Say("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .Say("client_assertion", login.Token)
            : form.Say("client_secret", login.Token);
    }

    private async Task<IssuedSecret> ReadAsync(
        ProviderLogin login,
        ProviderAsk ask,
        string name,
        string? version,
        CancellationToken cancellationToken
    )
    {
        var from = vault ?? throw signIn.No("isn't asked: no Key Vault is named");
        var (made, _) = await MakeAsync(login, terms.VaultScope, cancellationToken).ConfigureAwait(false);
        using var token = made;
        using var reply = await from.GetAsync(
                $"secrets/{name}{(version is null ? "" : $"/{version}")}?api-version=7.4",
                token,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (
            !Uri.TryCreate(ProviderReply.TextOf(reply.Json, "id"), UriKind.Absolute, out var id)
            || id.AbsolutePath.Split('/') is not ["", "secrets", var itsName, var itsVersion]
            || !string.Equals(itsName, name, StringComparison.OrdinalIgnoreCase)
            || (version is not null && itsVersion != version)
        )
        {
            throw from.No($"gave another secret than `{name}`");
        }

        var ends = ProviderReply.SecondsOf(ProviderReply.PartOf(reply.Json, "attributes"), "exp");
        if (ends > TimeSpan.Zero && DateTimeOffset.UnixEpoch + ends <= clock.GetUtcNow())
        {
            throw from.No($"keeps a `{name}` whose time is over");
        }

        return new IssuedSecret(
            KeptFields.Of(ProviderReply.TextOf(reply.Json, "value") ?? "", "value", ask.Fields)
                ?? throw from.No($"has no field {KeptFields.Named(ask.Fields)} in `{name}`"),
            null,
            TimeSpan.Zero,
            false,
            itsVersion
        );
    }
}
