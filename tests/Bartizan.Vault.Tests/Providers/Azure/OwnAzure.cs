using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Azure;

/// <summary>
/// A server that speaks Azure's wire as its documentation has it: client credentials by a secret or by an assertion of a federated
/// identity, and a Key Vault.
/// </summary>
internal sealed class OwnAzure : IAsyncDisposable
{
    public const string Tenant = "8d2c6f0e-tenant";

    public const string Client = "1f4a7b3c-client";

    public const string ClientSecret = "Q~8client-secret-4711";

    public const string VaultScope = "https://vault.azure.net/.default";

    private readonly ConcurrentDictionary<string, (string Scope, DateTimeOffset Until)> _tokens = new();

    public OwnServer Server { get; private set; } = null!;

    public Uri Url => Server.Url;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The keys that an issuer of identities publishes; null where none is trusted.</summary>
    public Func<string>? Issuer { get; set; }

    public string Audience { get; set; } = "api://AzureADTokenExchange";

    /// <summary>How long tokens count, by the tenant's policy.</summary>
    public int Life { get; set; } = 3599;

    /// <summary>The tokens that were made, with their scopes.</summary>
    public ConcurrentQueue<(string Token, string Scope)> Made { get; } = new();

    /// <summary>Until when what is kept counts; null for ever.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>What the Key Vault says that it gives.</summary>
    public string Given { get; set; } = "database";

    public static async Task<OwnAzure> StartAsync()
    {
        var cloud = new OwnAzure();
        cloud.Server = await OwnServer.StartAsync(cloud.Answer);
        return cloud;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static OwnAnswer No(int status, string code, string words, int number) =>
        OwnAnswer.Of(
            new JsonObject
            {
                ["error"] = code,
                ["error_description"] = $"AADSTS{number}: {words}",
                ["error_codes"] = new JsonArray(number),
            },
            status
        );

    private OwnAnswer Answer(OwnAsk ask) =>
        (ask.Method, ask.Path, ask.Query) switch
        {
            ("POST", $"/{Tenant}/oauth2/v2.0/token", "") => Token(ask.Form),
            ("GET", "/secrets/database", "api-version=7.4") => Value(ask, "c1d2"),
            ("GET", "/secrets/database/a0b1", "api-version=7.4") => Value(ask, "a0b1"),
            _ => new OwnAnswer(404, """{"error":{"code":"SecretNotFound","message":"It isn't there."}}"""),
        };

    private OwnAnswer Token(Dictionary<string, string> form)
    {
        if (form["grant_type"] != "client_credentials" || form["client_id"] != Client)
        {
            return No(400, "unauthorized_client", "Application wasn't found.", 700016);
        }

        if (form.TryGetValue("client_secret", out var secret) ? secret != ClientSecret : !Proved(form))
        {
            return No(
                401,
                "invalid_client",
                $"Invalid client secret or assertion: {string.Join(' ', form.Values)}",
                7000215
            );
        }

        var token = $"eyJ0eXAi.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}.c2ln";
        _tokens[token] = (form["scope"], Clock.GetUtcNow() + TimeSpan.FromSeconds(Life));
        Made.Enqueue((token, form["scope"]));
        return OwnAnswer.Of(
            new JsonObject
            {
                ["token_type"] = "Bearer",
                ["expires_in"] = Life,
                ["ext_expires_in"] = Life,
                ["access_token"] = token,
            }
        );
    }

    private bool Proved(Dictionary<string, string> form) =>
        form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        && Issuer is not null
        && OwnVerifier.Verified(Issuer(), form["client_assertion"]) is { } claims
        && (string?)claims["aud"] == Audience
        && DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!) > Clock.GetUtcNow();

    private OwnAnswer Value(OwnAsk ask, string version)
    {
        if (
            !_tokens.TryGetValue(ask.Bearer, out var token)
            || token.Scope != VaultScope
            || token.Until <= Clock.GetUtcNow()
        )
        {
            return new OwnAnswer(401, """{"error":{"code":"Unauthorized","message":"AKV10022: Invalid audience."}}""");
        }

        var attributes = new JsonObject { ["enabled"] = true, ["created"] = 1493938410 };
        if (Until is { } until)
        {
            attributes["exp"] = until.ToUnixTimeSeconds();
        }

        return OwnAnswer.Of(
            new JsonObject
            {
                ["value"] = """{"password":"kept-password-of-azure"}""",
                ["id"] = $"https://shop.vault.azure.net/secrets/{Given}/{version}",
                ["attributes"] = attributes,
            }
        );
    }
}
