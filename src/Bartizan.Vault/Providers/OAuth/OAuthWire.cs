using System.Net.Http.Headers;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>Requests to an OAuth server in which a client says who it is (RFC 6749, 2.3; RFC 7523).</summary>
internal sealed class OAuthWire(ProviderHttp http, OAuthTerms terms, TimeProvider clock) : IDisposable
{
    /// <summary>How long a signed assertion of the client counts.</summary>
    public static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(1);

    private OAuthEndpoints? _endpoints = terms.Named;

    public string Authority => (_endpoints?.Token ?? new Uri(terms.Issuer)).Authority;

    /// <summary>Where it is asked.</summary>
    /// <exception cref="ProviderException">It can't be found.</exception>
    public async Task<OAuthEndpoints> EndpointsAsync(CancellationToken cancellationToken) =>
        _endpoints ??= await OAuthDiscovery.FindAsync(http, terms, clock, cancellationToken).ConfigureAwait(false);

    /// <summary>Sends a form, with who the client is; the caller disposes of the answer.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="own">The client's secret, or its key; null for a client without one.</param>
    /// <param name="shown">A secret of the form's own, which no message repeats.</param>
    /// <param name="form">Writes the form.</param>
    /// <param name="takes">Takes an answer that isn't a fault although it looks like one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> PostAsync(
        Uri to,
        Secret? own,
        Secret? shown,
        Action<FormBody> form,
        Func<ProviderReply, bool> takes,
        CancellationToken cancellationToken
    ) =>
        ProviderTries.AskAsync(
            ending => SendAsync(to, own, form, ending),
            reply =>
                takes(reply)
                    ? (ProviderFault.Unknown, "")
                    : OAuthFaults.Of(reply, to.Authority, "doesn't answer as it should", own, shown),
            clock,
            cancellationToken
        );

    public void Dispose() => http.Dispose();

    private async Task<ProviderReply> SendAsync(
        Uri to,
        Secret? own,
        Action<FormBody> form,
        CancellationToken cancellationToken
    )
    {
        using var body = new FormBody();
        form(body);
        if (own is null || terms.By != "basic")
        {
            body.Add("client_id", terms.Client);
        }

        if (own is not null && terms.By == "post")
        {
            body.Add("client_secret", own);
        }
        else if (own is not null && terms.By == "key")
        {
            var (now, audience) = (
                clock.GetUtcNow(),
                (await EndpointsAsync(cancellationToken).ConfigureAwait(false)).Token
            );
            using var assertion = PrivateKey.Sign(
                own,
                terms.KeyId,
                rsaAlone: false,
                claims =>
                {
                    claims.WriteString("iss", terms.Client);
                    claims.WriteString("sub", terms.Client);
                    claims.WriteString("aud", audience.OriginalString);
                    claims.WriteString("jti", Guid.NewGuid().ToString("N"));
                    claims.WriteNumber("iat", now.ToUnixTimeSeconds());
                    claims.WriteNumber("exp", (now + AssertionLife).ToUnixTimeSeconds());
                }
            );
            body.Add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .Add("client_assertion", assertion);
        }

        return await http.SendAsync(
                HttpMethod.Post,
                to,
                body.ToArray(),
                FormBody.Type,
                fields => Show(fields, own),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private void Show(HttpRequestHeaders fields, Secret? own)
    {
        fields.Accept.ParseAdd("application/json");
        if (own is null || terms.By != "basic")
        {
            return;
        }

        // RFC 6749, 2.3.1: both are encoded as in a form first.
        own.Use(secret =>
        {
            using var client = FormBody.Of(terms.Client);
            using var encoded = FormBody.Of(secret.Span);
            fields.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String([.. client.ToArray(), (byte)':', .. encoded.ToArray()])
            );
        });
    }
}
