using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>
/// An OAuth 2.0 server. It has no logins: each token is asked for by the client itself (RFC 6749, 4.4), or by a person's refresh token (6).
/// The first kind is revoked by itself (RFC 7009) where the server does that; the second ends by its time, since it hangs on a grant that
/// others share. What it gives beyond what was asked is lent to nobody.
/// </summary>
internal sealed class OAuthServer(OAuthTerms terms, OAuthWire wire, RefreshUse? refresh) : ICredentialProvider
{
    /// <summary>The longest that a token may count that isn't revoked, where the manifest doesn't say a <c>ttl</c>.</summary>
    private static readonly TimeSpan s_unrevoked = TimeSpan.FromHours(2);

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken)
    {
        var copy = new Secret("");
        own?.Use(value => copy = new Secret(value.Span));
        return Task.FromResult(new ProviderLogin(copy, "", TimeSpan.Zero, false));
    }

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        var endpoints = await wire.EndpointsAsync(cancellationToken).ConfigureAwait(false);
        var own = OwnOf(login);
        using var answer = refresh is null
            ? await AskAsync(own, ask, endpoints, null, cancellationToken).ConfigureAwait(false)
            : await refresh
                .WithAsync(
                    endpoints.Token,
                    current => AskAsync(own, ask, endpoints, current, cancellationToken),
                    dropped => OAuthRevocation.TryAsync(wire, own, dropped, OAuthRevocation.OfRefresh),
                    cancellationToken
                )
                .ConfigureAwait(false);
        if (ProblemOf(answer, ask, endpoints) is { } problem)
        {
            // INVARIANT: with a refresh token nothing is revoked but itself: many servers end the grant with any token of it, and with the
            // grant what other sessions were lent.
            if (refresh is null && answer.HasToken)
            {
                await OAuthRevocation.TryAsync(wire, own, answer.Token, OAuthRevocation.OfAccess).ConfigureAwait(false);
            }

            throw problem;
        }

        var lent = Copied(answer.Token);
        return new IssuedSecret(
            ImmutableDictionary.Create<string, Secret>(StringComparer.Ordinal).Add(OAuthForm.Field, lent),
            null,
            answer.Ttl,
            false,
            null
        )
        {
            Anchor = !IsRevoked(endpoints) ? null : new IssuedAnchor(Copied(answer.Token), IsSecret: true),
            Says = SaysOf(answer, ask, endpoints),
        };
    }

    public Task<TimeSpan> RenewAsync(
        ProviderLogin login,
        string? lease,
        TimeSpan by,
        CancellationToken cancellationToken
    ) => throw new ProviderException(ProviderFault.Refused, "a token can't be made to count longer");

    public Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public async Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken)
    {
        var endpoints = await wire.EndpointsAsync(cancellationToken).ConfigureAwait(false);
        var to =
            endpoints.Revoke
            ?? throw new ProviderException(ProviderFault.Refused, $"`{wire.Authority}` has no way to revoke a token");
        await OAuthRevocation
            .SendAsync(wire, to, OwnOf(login), anchor, OAuthRevocation.OfAccess, cancellationToken)
            .ConfigureAwait(false);
    }

    public void Dispose() => wire.Dispose();

    private async Task<OAuthAnswer> AskAsync(
        Secret? own,
        ProviderAsk ask,
        OAuthEndpoints endpoints,
        Secret? current,
        CancellationToken cancellationToken
    )
    {
        using var reply = await wire.PostAsync(
                endpoints.Token,
                own,
                current,
                form =>
                {
                    form.Add("grant_type", current is null ? "client_credentials" : "refresh_token");
                    if (current is not null)
                    {
                        form.Add("refresh_token", current);
                    }

                    foreach (var (name, value) in ask.Parameters)
                    {
                        form.Add(name, value);
                    }
                },
                one => current is not null && (IsGone(one) || IsAnswer(one)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return IsGone(reply)
            ? throw new ProviderException(
                ProviderFault.Refused,
                $"`{wire.Authority}` doesn't take the refresh token any more: somebody signs in with `bartizan providers sign-in {terms.Name}`"
            )
            : OAuthAnswer.Read(reply, wire.Authority);
    }

    private ProviderException? ProblemOf(OAuthAnswer answer, ProviderAsk ask, OAuthEndpoints endpoints)
    {
        if (answer.Problem is { } problem)
        {
            return new ProviderException(ProviderFault.Refused, problem);
        }

        var scope = ask.Parameters.GetValueOrDefault("scope");
        var wider = answer.WiderThan(
            scope,
            ask.Ttl ?? (refresh is null ? null : s_unrevoked),
            mustSay: refresh is not null || string.IsNullOrEmpty(scope)
        );
        return wider is not null
                ? new ProviderException(ProviderFault.Wider, $"the token that `{wire.Authority}` gave {wider}")
            : answer.Ttl == TimeSpan.Zero && endpoints.Revoke is null
                ? new ProviderException(
                    ProviderFault.Wider,
                    $"`{wire.Authority}` gave a token without an end, and has no way to revoke it: set its life for the client there"
                )
            : null;
    }

    private bool IsRevoked(OAuthEndpoints endpoints) => refresh is null && endpoints.Revoke is not null;

    // Whatever is wrong with it, a refresh token in it is the only one that counts now.
    private static bool IsAnswer(ProviderReply reply) =>
        reply.Status == 200 && reply.Json.ValueKind == JsonValueKind.Object;

    private Secret? OwnOf(ProviderLogin login) => terms.By.Length == 0 ? null : login.Token;

    private static bool IsGone(ProviderReply reply) =>
        reply.Status == 400 && OAuthFaults.CodeOf(reply) == "invalid_grant";

    private static Secret Copied(Secret from)
    {
        Secret? copy = null;
        from.Use(value => copy = new Secret(value.Span));
        return copy!;
    }

    private string SaysOf(OAuthAnswer answer, ProviderAsk ask, OAuthEndpoints endpoints)
    {
        var scope = answer.Scope ?? ask.Parameters.GetValueOrDefault("scope");
        var life =
            answer.Ttl == TimeSpan.Zero
                ? "without an end of its own"
                : string.Create(CultureInfo.InvariantCulture, $"for {answer.Ttl.TotalSeconds:0} seconds");
        var end = IsRevoked(endpoints) ? "revoked with the session" : "nobody revokes it before";
        return $"a token of {(string.IsNullOrEmpty(scope) ? "no scope" : $"the scope `{ProviderWords.Of(scope)}`")}, {life}; {end}";
    }
}
