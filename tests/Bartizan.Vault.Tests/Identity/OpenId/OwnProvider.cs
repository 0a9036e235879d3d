using System.Text.Json.Nodes;
using Bartizan.Core.Identity;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Core.Tests.Identity;
using Bartizan.Vault.Identity.OpenId;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Identity.OpenId;

/// <summary>An OpenID provider on loopback that says what a test wants it to, and a verifier that knows it.</summary>
internal sealed class OwnProvider : IAsyncDisposable
{
    public const string Document = "/.well-known/openid-configuration";
    public const string KeySet = "/jwks.json";

    private OwnServer _server = null!;

    public ManualClock Clock { get; } = new();

    public TokenForge Forge { get; } = new();

    public OpenIdTokens Tokens { get; private set; } = null!;

    public OpenIdIssuer Issuer { get; private set; } = null!;

    public OwnServer Server => _server;

    /// <summary>What it says of itself; a test changes it.</summary>
    public JsonObject Said { get; private set; } = [];

    /// <summary>Its keys; a test changes them.</summary>
    public string Keys { get; set; } = "";

    /// <summary>What answers instead; null for nobody.</summary>
    public Func<OwnAsk, OwnAnswer?>? Instead { get; set; }

    public int Asked(string path) => _server.Asked.Count(one => one == $"GET {path}");

    public static async Task<OwnProvider> StartAsync(string path = "")
    {
        var provider = new OwnProvider();
        provider._server = await OwnServer.StartAsync(provider.Answer);
        var url = provider._server.Url.AbsoluteUri.TrimEnd('/');
        provider.Issuer = TokenForge.IssuerOf(url + path);
        provider.Said = new JsonObject
        {
            ["issuer"] = provider.Issuer.Name,
            ["jwks_uri"] = url + KeySet,
            ["authorization_endpoint"] = url + "/authorize",
            ["token_endpoint"] = url + "/token",
            ["end_session_endpoint"] = url + "/logout",
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["authorization_response_iss_parameter_supported"] = true,
        };
        provider.Publish(provider.Forge.RsaKey(), provider.Forge.CurveKey());
        provider.Tokens = new OpenIdTokens(provider.Clock);
        return provider;
    }

    public void Publish(params JsonObject[] keys) =>
        Keys = new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString();

    public JsonObject Claims()
    {
        var claims = TokenForge.Claims();
        claims["iss"] = Issuer.Name;
        claims["iat"] = Clock.GetUtcNow().ToUnixTimeSeconds();
        claims["exp"] = Clock.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds();
        return claims;
    }

    public string Token(string? key = null, TokenForge? forge = null) =>
        (forge ?? Forge).Sign(TokenForge.Head("ES256", key), Claims());

    public async Task<TokenVerdict> VerifyAsync(string? token = null, OpenIdIssuer? issuer = null) =>
        await Tokens.VerifyAsync(issuer ?? Issuer, TokenForge.Expected, token ?? Token(), default);

    public async ValueTask DisposeAsync()
    {
        Forge.Dispose();
        await _server.DisposeAsync();
    }

    private OwnAnswer Answer(OwnAsk ask) =>
        Instead?.Invoke(ask)
        ?? (
            ask.Path.EndsWith(Document, StringComparison.Ordinal) ? new OwnAnswer(200, Said.ToJsonString())
            : ask.Path == KeySet ? new OwnAnswer(200, Keys)
            : new OwnAnswer(404, "{}")
        );
}
