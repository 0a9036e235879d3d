using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers.Hashi;

/// <summary>
/// HashiCorp Vault, or OpenBao. A session signs in for itself; its token is the parent of all its leases there, so revoking the token, by
/// itself or by its accessor, revokes them in one step.
/// </summary>
internal sealed class HashiVault(CredentialProvider terms, HashiWire wire) : ICredentialProvider
{
    public async Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var reply = await wire.AskAsync(
                HttpMethod.Post,
                $"auth/{terms.Mount}/login",
                null,
                body => WriteLogin(body, own),
                cancellationToken
            )
            .ConfigureAwait(false);
        var auth = ProviderReply.PartOf(reply.Json, "auth");
        if (ProviderReply.TextOf(auth, "client_token") is not { Length: > 0 } token)
        {
            throw No("gave no token");
        }

        var login = new ProviderLogin(
            new Secret(token),
            ProviderReply.TextOf(auth, "accessor") ?? "",
            ProviderReply.SecondsOf(auth, "lease_duration"),
            ProviderReply.PartOf(auth, "renewable").ValueKind == JsonValueKind.True
        );
        if (Unfit(auth, login) is not { } unfit)
        {
            return login;
        }

        try
        {
            await RevokeAsync(login, null, cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException)
        {
            // It isn't used for anything; it ends by itself, or its owner ends it.
        }

        login.Token.Dispose();
        throw No(unfit);
    }

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        using var reply = await wire.AskAsync(
                ask.Parameters.IsEmpty ? HttpMethod.Get : HttpMethod.Post,
                ask.Path,
                login.Token,
                ask.Parameters.IsEmpty ? null : body => WriteParameters(body, ask.Parameters),
                cancellationToken
            )
            .ConfigureAwait(false);
        var lease = ProviderReply.TextOf(reply.Json, "lease_id") is { Length: > 0 } id ? id : null;
        var (data, version) = DataOf(reply.Json, lease);
        var fields = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        foreach (var name in ask.Fields)
        {
            // INVARIANT: what is lent is never the login itself, whatever path gives it back.
            if (ValueOf(data, name) is { } value && !IsLogin(login, value))
            {
                fields[name] = new Secret(value);
            }
        }

        if (fields.Count == ask.Fields.Length)
        {
            return new IssuedSecret(
                fields.ToImmutable(),
                lease,
                ProviderReply.SecondsOf(reply.Json, "lease_duration"),
                ProviderReply.PartOf(reply.Json, "renewable").ValueKind == JsonValueKind.True,
                version
            );
        }

        foreach (var secret in fields.Values)
        {
            secret.Dispose();
        }

        // What was issued and can't be used hangs on the login like the rest; it isn't kept for so long if it needn't be.
        if (lease is not null)
        {
            await RevokeAsync(login, lease, cancellationToken).ConfigureAwait(false);
        }

        throw No($"has no field `{ask.Fields.First(name => !fields.ContainsKey(name))}` at `{ask.Path}`");
    }

    public async Task<TimeSpan> RenewAsync(
        ProviderLogin login,
        string? lease,
        TimeSpan by,
        CancellationToken cancellationToken
    )
    {
        using var reply = await wire.AskAsync(
                HttpMethod.Post,
                lease is null ? "auth/token/renew-self" : "sys/leases/renew",
                login.Token,
                body =>
                {
                    if (lease is not null)
                    {
                        body.WriteString("lease_id", lease);
                    }

                    body.WriteNumber("increment", (long)by.TotalSeconds);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return ProviderReply.SecondsOf(
            lease is null ? ProviderReply.PartOf(reply.Json, "auth") : reply.Json,
            "lease_duration"
        );
    }

    public async Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken)
    {
        using var reply = await wire.AskAsync(
                HttpMethod.Post,
                lease is null ? "auth/token/revoke-self" : "sys/leases/revoke",
                login.Token,
                lease is null ? null : body => body.WriteString("lease_id", lease),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await wire.AskAsync(
                    HttpMethod.Post,
                    "auth/token/revoke-accessor",
                    login.Token,
                    body => anchor.Use(value => body.WriteString("accessor", value.Span)),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (ProviderException e)
            when (e.Fault != ProviderFault.Busy && e.Message.Contains("invalid accessor", StringComparison.Ordinal))
        {
            // There is no such token any more, and what hung on it went with it.
        }
    }

    public void Dispose() => wire.Dispose();

    // Batch tokens can be neither revoked nor renewed; a root token can do everything, and its leases have no end.
    private static string? Unfit(JsonElement auth, ProviderLogin login) =>
        ProviderReply.TextOf(auth, "token_type") == "batch" || login.Anchor.Length == 0
            ? "gives a batch token, which nobody can revoke: set `token_type=service` for the role"
        : ProviderReply.PartOf(auth, "policies") is { ValueKind: JsonValueKind.Array } policies
        && policies.EnumerateArray().Any(one => ProviderReply.TextOf(one) is null or "root")
            ? "gives a root token, which is lent to no session: give the role policies of its own"
        : login.Ttl == TimeSpan.Zero ? "gives a token without an end: set `token_ttl` for the role"
        : null;

    // The second version of the key-value engine wraps what is kept, beside what is known of it.
    private static (JsonElement Data, string? Version) DataOf(JsonElement reply, string? lease)
    {
        var data = ProviderReply.PartOf(reply, "data");
        var (kept, known) = (ProviderReply.PartOf(data, "data"), ProviderReply.PartOf(data, "metadata"));
        return
            lease is null
            && kept.ValueKind == JsonValueKind.Object
            && ProviderReply.PartOf(known, "version") is { ValueKind: JsonValueKind.Number } version
            ? (kept, version.GetRawText())
            : (data, null);
    }

    private static string? ValueOf(JsonElement data, string name) =>
        ProviderReply.PartOf(data, name) switch
        {
            { ValueKind: JsonValueKind.String } text when ProviderReply.TextOf(text) is { Length: > 0 } value => value,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

    private static bool IsLogin(ProviderLogin login, string value)
    {
        var same = false;
        login.Token.Use(token => same = token.Span.SequenceEqual(value));
        return same;
    }

    private static void WriteParameters(Utf8JsonWriter body, ImmutableSortedDictionary<string, string> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            body.WriteString(name, value);
        }
    }

    private void WriteLogin(Utf8JsonWriter body, Secret own)
    {
        var (role, secret) = terms.Auth == ProviderAuth.AppRole ? ("role_id", "secret_id") : ("role", "jwt");
        body.WriteString(role, terms.Role);
        own.Use(value => body.WriteString(secret, value.Span));
    }

    private ProviderException No(string what) =>
        new(ProviderFault.Refused, string.Create(CultureInfo.InvariantCulture, $"`{wire.Authority}` {what}"));
}
