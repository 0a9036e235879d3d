using System.Collections.Immutable;
using System.Net;
using Bartizan.Client.People;
using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Bartizan.Vault.Identity.OpenId;

namespace Bartizan.Control.Tests.Web.OpenId;

/// <summary>A browser's way to the provider and back.</summary>
internal sealed class Trip : IAsyncDisposable
{
    private Trip(WebScene scene, CodeProvider provider) => (Scene, Provider) = (scene, provider);

    public WebScene Scene { get; }

    public CodeProvider Provider { get; }

    public static async Task<Trip> OpenAsync(string name = "sub", WebPages? pages = null)
    {
        CodeProvider? provider = null;
        var scene = await WebScene.OpenAsync(
            pages,
            async scene =>
            {
                provider = await CodeProvider.StartAsync(scene.Clock);
                return new CodeFlow(
                    new OpenIdTerms
                    {
                        Issuer = provider.Issuer,
                        Client = CodeProvider.Client,
                        Secret = () => CodeProvider.Secret,
                        NameClaim = name,
                        Groups = ImmutableDictionary<string, ImmutableArray<Grant>>
                            .Empty.Add("ops", [Grant.OfEverything(Role.Operator)])
                            .Add("support", [new Grant(Role.Viewer, ["support-*"])]),
                    },
                    new OpenIdTokens(scene.Clock),
                    new HttpMessageInvoker(
                        new SocketsHttpHandler
                        {
                            UseProxy = false,
                            UseCookies = false,
                            AllowAutoRedirect = false,
                        }
                    ),
                    new Uri(scene.Origin),
                    scene.Clock
                );
            }
        );
        return new Trip(scene, provider!);
    }

    /// <summary>Begins: where the browser is sent, and what its cookie holds.</summary>
    public async Task<(Uri Address, string Mark)> BeginAsync(string? next = null)
    {
        using var response = await Scene.GetAsync(
            "/auth/openid/begin" + (next is null ? "" : $"?next={Uri.EscapeDataString(next)}")
        );
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var given = response.Headers.GetValues("Set-Cookie").Single();
        given.ShouldStartWith("__Host-bartizan-signing-in=");
        given.ShouldContain("; Path=/; Secure; HttpOnly; SameSite=Lax");
        return (response.Headers.Location!, given.Split(';')[0].Split('=', 2)[1]);
    }

    /// <summary>Comes back, as a browser does that was sent by another site.</summary>
    public Task<HttpResponseMessage> EndAsync(
        IEnumerable<KeyValuePair<string, string>> answer,
        string? mark,
        Browser? browser = null
    ) =>
        Scene.SendAsync(
            HttpMethod.Get,
            "/auth/openid/callback?"
                + string.Join('&', answer.Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value)}")),
            null,
            request =>
            {
                request.Headers.Add("Sec-Fetch-Site", "cross-site");
                var cookies = new List<string>();
                if (mark is not null)
                {
                    cookies.Add($"{WebCookie.SigningIn}={mark}");
                }

                if (browser is not null)
                {
                    cookies.Add($"{WebCookie.Session}={browser.Cookie}");
                }

                if (cookies.Count > 0)
                {
                    request.Headers.Add("Cookie", string.Join("; ", cookies));
                }
            }
        );

    /// <summary>The whole way.</summary>
    public async Task<HttpResponseMessage> GoAsync(string person, params string[] groups)
    {
        var (address, mark) = await BeginAsync();
        return await EndAsync(Provider.SignIn(address, person, groups), mark);
    }

    /// <summary>Nobody is signed in by an answer, and nothing of it is repeated.</summary>
    public async Task RefusedAsync(Task<HttpResponseMessage> answered, string what)
    {
        using var response = await answered;
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, what);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var given) ? given : [])
        {
            cookie.ShouldStartWith("__Host-bartizan-signing-in=;", customMessage: what);
        }

        Scene.Sessions.All().ShouldBeEmpty(what);
    }

    public async Task<MeReply> MeAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var cookie = response
            .Headers.GetValues("Set-Cookie")
            .Single(one => one.StartsWith("__Host-bartizan=", StringComparison.Ordinal));
        using var me = await Scene.GetAsync(
            "/v1/me",
            new Browser(cookie.Split(';')[0]["__Host-bartizan=".Length..], "", "")
        );
        me.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await WebScene.ReadAsync<MeReply>(me);
    }

    public async ValueTask DisposeAsync()
    {
        await Scene.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
