using System.Net;
using System.Net.Sockets;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Control.Web;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Other sites, and names that were made to lead here.</summary>
public sealed class SiteAttacks
{
    public static TheoryData<string, string?, string?, string?> Forged =>
        new()
        {
            { "another site", "https://evil.example", "cross-site", null },
            { "another site that knows the form", "https://evil.example", "cross-site", "own" },
            { "a site beside", null, "same-site", "own" },
            { "no origin", "", "same-origin", "own" },
            { "an origin of nowhere", "null", "same-origin", "own" },
            { "another port", "https://localhost:1", "same-site", "own" },
            { "in the clear", "http://localhost", null, "own" },
            { "a longer name", "own.evil.example", "same-origin", "own" },
            { "no form", "own", "same-origin", null },
            { "another's form", "own", "same-origin", "AAAA" },
            { "two forms", "own", "same-origin", "twice" },
        };

    [Fact]
    public async Task A_stranger_writes_no_long_paths_into_the_log()
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.SendAsync(
            HttpMethod.Post,
            "/" + new string('a', 4000),
            new SwitchRequest(),
            request => request.Headers.Add("Origin", "https://evil.example")
        );

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        scene.Journal.Entries.ShouldContain(entry => entry.Detail!.StartsWith("/aaa"));
        scene.Journal.Entries.ShouldAllBe(entry => entry.Detail!.Length < 1000);
    }

    [Theory]
    [MemberData(nameof(Forged))]
    public async Task A_request_that_another_site_could_send_changes_nothing(
        string what,
        string? origin,
        string? site,
        string? form
    )
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        using var response = await scene.SendAsync(
            HttpMethod.Post,
            "/v1/sessions/kill",
            new SwitchRequest { Session = "s1" },
            request =>
            {
                request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                Add(request, "Origin", origin?.Replace("own", scene.Origin, StringComparison.Ordinal));
                Add(request, "Sec-Fetch-Site", site);
                if (form == "twice")
                {
                    request.Headers.Add("Bartizan-Form", [browser.Form, browser.Form]);
                }
                else
                {
                    Add(request, "Bartizan-Form", form?.Replace("own", browser.Form, StringComparison.Ordinal));
                }
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, what);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("", "cross-site")]
    [InlineData("null", "cross-site")]
    public async Task Nobody_is_signed_in_by_another_site(string origin, string site)
    {
        await using var scene = await WebScene.OpenAsync();
        var mallory = await scene.AddAsync("mallory@example.com");
        using var response = await scene.SendAsync(
            HttpMethod.Post,
            "/v1/enter",
            scene.Typed(mallory),
            request =>
            {
                Add(request, "Origin", origin);
                Add(request, "Sec-Fetch-Site", site);
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task What_a_form_can_send_is_no_request(string? type)
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        using var response = await scene.PostAsync(
            "/v1/sessions/kill",
            new SwitchRequest { Session = "s1" },
            browser,
            request =>
                request.Content!.Headers.ContentType = type is null
                    ? null
                    : System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type)
        );
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost.evil.example")]
    [InlineData("bartizan")]
    public async Task A_name_that_was_made_to_lead_here_is_told_nothing(string host)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        using var response = await scene.SendAsync(
            HttpMethod.Get,
            "/v1/me",
            null,
            request =>
            {
                request.Headers.Host = host;
                request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
            }
        );
        ((int)response.StatusCode).ShouldBe(421);
    }

    [Fact]
    public async Task Another_sites_page_reads_nothing_not_even_whether_somebody_is_signed_in()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        foreach (var with in (Browser?[])[browser, null])
        {
            using var response = await scene.SendAsync(
                HttpMethod.Get,
                "/v1/me",
                null,
                request =>
                {
                    request.Headers.Add("Origin", "https://evil.example");
                    request.Headers.Add("Sec-Fetch-Site", "cross-site");
                    Add(request, "Cookie", with is null ? null : $"{WebCookie.Session}={with.Cookie}");
                }
            );
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            response.Headers.ShouldNotContain(one =>
                one.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)
            );
        }
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    [InlineData("TRACE")]
    public async Task Other_methods_arent_there(string method)
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.SendAsync(new HttpMethod(method), "/v1/me", null);
        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("/v1/me")]
    [InlineData("/v1/entry")]
    [InlineData("/nothing")]
    [InlineData("/")]
    public async Task Every_answer_has_the_headers(string path)
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.GetAsync(path);
        string Of(string name) => string.Join(",", response.Headers.GetValues(name));
        Of("Content-Security-Policy").ShouldContain("default-src 'none'");
        Of("Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        Of("Content-Security-Policy").ShouldNotContain("unsafe");
        Of("X-Frame-Options").ShouldBe("DENY");
        Of("X-Content-Type-Options").ShouldBe("nosniff");
        Of("Referrer-Policy").ShouldBe("no-referrer");
        Of("Strict-Transport-Security").ShouldStartWith("max-age=");
        Of("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        Of("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Of("Cache-Control").ShouldContain("no-store");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_served_in_the_clear()
    {
        await using var scene = await WebScene.OpenAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, scene.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            "GET /v1/entry HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(),
            TestContext.Current.CancellationToken
        );
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        System.Text.Encoding.ASCII.GetString(answer.ToArray()).ShouldNotContain("accounts");
    }

    [Fact]
    public async Task Being_on_the_consoles_socket_grants_nothing()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        File.GetUnixFileMode(scene.Socket).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var inner = scene.Inner();
        using var nobody = await scene.SendAsync(HttpMethod.Get, "/v1/sessions", null, null, inner);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var alice = await scene.SendAsync(
            HttpMethod.Get,
            "/v1/sessions",
            null,
            request => request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}"),
            inner
        );
        alice.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var more = await scene.SendAsync(
            HttpMethod.Post,
            "/v1/sessions/kill",
            new SwitchRequest { All = true },
            request => request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}"),
            inner
        );
        more.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_address_that_a_header_tells_is_believed_from_the_consoles_process_alone()
    {
        await using var scene = await WebScene.OpenAsync();
        var wrong = new EnterRequest
        {
            Person = "nobody@example.com",
            Passphrase = "p",
            Code = "000000",
        };
        using var outside = await scene.PostAsync(
            "/v1/enter",
            wrong,
            null,
            request => request.Headers.Add("Bartizan-Caller", "192.0.2.7")
        );
        scene.Journal.Entries[^1].Reason!.ShouldContain("from 127.0.0.1");
        using var inner = scene.Inner();
        using var inside = await scene.SendAsync(
            HttpMethod.Post,
            "/v1/enter",
            wrong,
            request => request.Headers.Add("Bartizan-Caller", "192.0.2.7"),
            inner
        );
        scene.Journal.Entries[^1].Reason!.ShouldContain("from 192.0.2.7");
    }

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is { Length: > 0 })
        {
            request.Headers.Add(name, value);
        }
    }
}
