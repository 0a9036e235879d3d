using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control;

/// <summary>
/// What others verify agents' tokens by, on an address of this machine: <c>/.well-known/openid-configuration</c> (OpenID Connect Discovery
/// 1.0), <c>/.well-known/jwks.json</c> (RFC 7517) and <c>/introspect</c> (RFC 7662), which says whether a token's session still runs; and
/// <c>/token</c> (RFC 8693), where a token of one agent becomes one of another that acts for it, bound to the client's key where it shows
/// one (RFC 9449) and to the certificate of its connection where that has one (RFC 8705).
/// INVARIANT: nothing is said of a token but what who holds it can read in it, and none is given for less than a token of a live session.
/// </summary>
public sealed class IdentityServer : IAsyncDisposable
{
    /// <summary>The largest request body: a token.</summary>
    public const long MaxBodyBytes = 16 << 10;

    /// <summary>Connections at once; of more the newest is closed.</summary>
    public const int MaxConnections = 64;

    /// <summary>Requests at once on one connection of HTTP/2: each may wait for a person.</summary>
    public const int MaxStreams = 8;

    /// <summary>
    /// Exchanges at once: each may wait for a person. With more, those that come are told to come again, and connections are left for
    /// whoever verifies a token.
    /// </summary>
    public const int MaxExchanges = 16;

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(5);

    private readonly WebApplication _web;

    private IdentityServer(WebApplication web) => _web = web;

    /// <summary>Starts listening.</summary>
    /// <param name="listen">Where.</param>
    /// <param name="issuer">The issuer that tokens name.</param>
    /// <param name="keys">The key set, as JSON.</param>
    /// <param name="introspect">What a token says, when it is good and its session runs; null otherwise.</param>
    /// <param name="exchange">Gives another token for a token, or says why not.</param>
    /// <param name="certificate">What it shows in TLS; null to serve in the clear.</param>
    /// <param name="clock">The time that requests have.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<IdentityServer> StartAsync(
        IPEndPoint listen,
        string issuer,
        Func<string> keys,
        Func<string, JsonObject?> introspect,
        Func<TokenRequest, CancellationToken, Task<TokenReply>> exchange,
        Func<SslStreamCertificateContext>? certificate,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.RequestHeadersTimeout = s_within;
                kestrel.Limits.KeepAliveTimeout = s_within;
                kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;

                // By a least rate alone a body holds its connection for more than a minute: all of it has the time that a head has.
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Listen(
                    listen,
                    at =>
                    {
                        if (certificate is not null)
                        {
                            ClientCertificates.AskFor(at, certificate, s_within);
                        }
                    }
                );
            });
        var web = builder.Build();
        var turns = new SemaphoreSlim(MaxExchanges);
        web.UseRouting();
        web.MapGet("/.well-known/jwks.json", context => AnswerAsync(context, keys(), "public, max-age=300"));
        web.MapGet(
            "/.well-known/openid-configuration",
            context => AnswerAsync(context, Configuration(issuer, certificate is not null), "public, max-age=300")
        );
        web.MapPost(
            "/introspect",
            async context =>
            {
                var form = await TimelyForm.ReadAsync(context, s_within, clock).ConfigureAwait(false);
                var said = form?["token"] is { Count: 1 } token ? introspect(token.ToString()) : null;
                var reply = said is null ? [] : said.DeepClone().AsObject();
                reply["active"] = said is not null;
                if (reply["cnf"]?["jkt"] is not null)
                {
                    // RFC 9449, 6.2: so that nobody takes it from who only has it.
                    reply["token_type"] = "DPoP";
                }

                await AnswerAsync(context, reply.ToJsonString(), "no-store").ConfigureAwait(false);
            }
        );
        web.MapPost(
            "/token",
            async context =>
            {
                var problem = TokenReply.Refused("invalid_request", "the body is no form");
                var form = await TimelyForm.ReadAsync(context, s_within, clock).ConfigureAwait(false);
                var asked = form is null ? null : TokenRequest.Read(form, context.Request.Headers["DPoP"], out problem);
                var reply = asked is null
                    ? problem
                    : await InTurnAsync(
                            turns,
                            exchange,
                            asked with
                            {
                                Certificate = ClientCertificates.ThumbprintOf(context),
                            },
                            context.RequestAborted
                        )
                        .ConfigureAwait(false);
                context.Response.StatusCode =
                    reply.Token is not null ? StatusCodes.Status200OK
                    : reply.Error == TokenReply.Busy ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status400BadRequest;
                await AnswerAsync(context, reply.ToJson().ToJsonString(), "no-store").ConfigureAwait(false);
            }
        );
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            return new IdentityServer(web);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _web.StopAsync(grace.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static string Configuration(string issuer, bool binds)
    {
        var said = new JsonObject
        {
            ["issuer"] = issuer,
            ["jwks_uri"] = $"{issuer}/.well-known/jwks.json",
            ["introspection_endpoint"] = $"{issuer}/introspect",
            ["token_endpoint"] = $"{issuer}/token",
            ["token_endpoint_auth_methods_supported"] = new JsonArray("none"),
            ["grant_types_supported"] = new JsonArray("urn:ietf:params:oauth:grant-type:token-exchange"),
            ["dpop_signing_alg_values_supported"] = new JsonArray("ES256"),
            ["introspection_endpoint_auth_methods_supported"] = new JsonArray("none"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
            ["response_types_supported"] = new JsonArray("id_token"),
            ["subject_types_supported"] = new JsonArray("public"),
        };
        if (binds)
        {
            // RFC 8705, 3.3. No `mtls_endpoint_aliases`: every address here asks for a certificate.
            said["tls_client_certificate_bound_access_tokens"] = true;
        }

        return said.ToJsonString();
    }

    private static async Task<TokenReply> InTurnAsync(
        SemaphoreSlim turns,
        Func<TokenRequest, CancellationToken, Task<TokenReply>> exchange,
        TokenRequest asked,
        CancellationToken cancellationToken
    )
    {
        if (!turns.Wait(0, CancellationToken.None))
        {
            return TokenReply.Refused(
                TokenReply.Busy,
                $"{MaxExchanges} are under way, and may wait for people: come again"
            );
        }

        try
        {
            return await exchange(asked, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task AnswerAsync(HttpContext context, string json, string caching)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = caching;
        await context
            .Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json), context.RequestAborted)
            .ConfigureAwait(false);
    }
}
