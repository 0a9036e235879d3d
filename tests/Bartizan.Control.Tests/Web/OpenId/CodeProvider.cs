using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Bartizan.Core.Identity;
using Bartizan.Core.Tests.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control.Tests.Web.OpenId;

/// <summary>
/// An OpenID provider on loopback that keeps to the specifications: a code counts once, for the client, redirect address and verifier
/// that it was given for. A test makes it hostile in one point.
/// </summary>
internal sealed class CodeProvider : IAsyncDisposable
{
    public const string Client = "bartizan";
    public const string Secret = "a secret/with+signs";

    private readonly Dictionary<
        string,
        (string Challenge, string Redirect, string? Nonce, string Person, string[] Groups)
    > _codes = [];
    private readonly TimeProvider _clock;
    private WebApplication _web = null!;
    private int _made;

    private CodeProvider(TimeProvider clock) => _clock = clock;

    public TokenForge Forge { get; } = new();

    public OpenIdIssuer Issuer { get; private set; } = null!;

    /// <summary>What it says of itself.</summary>
    public JsonObject Said { get; private set; } = [];

    /// <summary>Changes what it signs.</summary>
    public Action<JsonObject> Claims { get; set; } = _ => { };

    /// <summary>Changes how it signs: head and claims in, a token out.</summary>
    public Func<JsonObject, string>? Sign { get; set; }

    /// <summary>Changes what comes beside the token.</summary>
    public Action<JsonObject> Reply { get; set; } = _ => { };

    /// <summary>Answers in place of its token endpoint.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>True for one that looks at no verifier.</summary>
    public bool ForgetsVerifiers { get; set; }

    /// <summary>How often a code was shown to it.</summary>
    public int Redeemed { get; private set; }

    public static async Task<CodeProvider> StartAsync(TimeProvider clock)
    {
        var provider = new CodeProvider(clock);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = provider._web = builder.Build();
        web.MapGet("/.well-known/openid-configuration", context => WriteAsync(context, provider.Said));
        web.MapGet(
            "/jwks",
            context =>
                WriteAsync(
                    context,
                    new JsonObject { ["keys"] = new JsonArray(provider.Forge.RsaKey(), provider.Forge.CurveKey()) }
                )
        );
        web.MapPost("/token", context => (provider.Instead ?? provider.RedeemAsync)(context));
        await web.StartAsync(TestContext.Current.CancellationToken);
        var url = web.Urls.Single();
        provider.Issuer = TokenForge.IssuerOf(url);
        provider.Said = new JsonObject
        {
            ["issuer"] = url,
            ["jwks_uri"] = $"{url}/jwks",
            ["authorization_endpoint"] = $"{url}/authorize?tenant=one",
            ["token_endpoint"] = $"{url}/token",
            ["end_session_endpoint"] = $"{url}/logout",
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_basic"),
            ["authorization_response_iss_parameter_supported"] = true,
        };
        return provider;
    }

    /// <summary>A person signs in there; what their browser brings back.</summary>
    public Dictionary<string, string> SignIn(Uri address, string person, params string[] groups)
    {
        var asked = HttpUtility.ParseQueryString(address.Query);
        address.GetLeftPart(UriPartial.Path).ShouldBe($"{Issuer.Name}/authorize");
        asked["tenant"].ShouldBe("one");
        asked["response_type"].ShouldBe("code");
        asked["client_id"].ShouldBe(Client);
        asked["scope"]!.Split(' ').ShouldContain("openid");
        asked["code_challenge_method"].ShouldBe("S256");
        asked["code_challenge"]!.Length.ShouldBe(43);
        asked["state"]!.Length.ShouldBeGreaterThanOrEqualTo(43);
        asked["nonce"].ShouldNotBe(asked["state"]);
        var code = $"code-{++_made}";
        _codes.Add(code, (asked["code_challenge"]!, asked["redirect_uri"]!, asked["nonce"], person, groups));
        return new Dictionary<string, string>
        {
            ["code"] = code,
            ["state"] = asked["state"]!,
            ["iss"] = Issuer.Name,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        Forge.Dispose();
    }

    public static async Task WriteAsync(HttpContext context, JsonNode json)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }

    private async Task RedeemAsync(HttpContext context)
    {
        Redeemed++;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var shown = Encoding.ASCII.GetString(
            Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..])
        );
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (
            shown != $"{Client}:{WebUtility.UrlEncode(Secret)}"
            || form["grant_type"] != "authorization_code"
            || !_codes.Remove(form["code"].ToString(), out var code)
            || (code.Challenge != hash && !ForgetsVerifiers)
            || code.Redirect != form["redirect_uri"]
        )
        {
            context.Response.StatusCode = 400;
            await WriteAsync(context, new JsonObject { ["error"] = "invalid_grant" });
            return;
        }

        var bearer = $"bearer-{_made.ToString(CultureInfo.InvariantCulture)}";
        var claims = new JsonObject
        {
            ["iss"] = Issuer.Name,
            ["sub"] = code.Person,
            ["aud"] = Client,
            ["exp"] = _clock.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds(),
            ["iat"] = _clock.GetUtcNow().ToUnixTimeSeconds(),
            ["nonce"] = code.Nonce,
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(bearer)).AsSpan(0, 16)),
            ["groups"] = new JsonArray([.. code.Groups.Select(one => JsonValue.Create(one))]),
        };
        Claims(claims);
        var reply = new JsonObject
        {
            ["id_token"] = Sign?.Invoke(claims) ?? Forge.Sign(TokenForge.Head("ES256"), claims),
            ["access_token"] = bearer,
            ["token_type"] = "bearer",
            ["expires_in"] = 60,
        };
        Reply(reply);
        await WriteAsync(context, reply);
    }
}
