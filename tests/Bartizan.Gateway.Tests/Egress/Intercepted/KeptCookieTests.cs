using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>Cookies of a host whose manifest says `cookies: keep`: the host has them back, and the agent has none.</summary>
public sealed class KeptCookieTests
{
    private static readonly string[] Rule = ["allow: http GET https://api.example/**"];

    private static readonly DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_host_has_back_what_it_set_and_the_agent_never_sees_it(string version)
    {
        var said = new List<string>();
        await using var house = await OpenAsync(context =>
        {
            said.Add(context.Request.Headers.Cookie.ToString());
            context.Response.Headers.Append("Set-Cookie", "sid=s3cr3t; Path=/; HttpOnly; Secure");
            context.Response.Headers.Append("Set-Cookie", "seen=1");
            return context.Response.WriteAsync("hello");
        });
        using var client = house.Client(Version.Parse(version));

        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.GetAsync("https://api.example/in").Soon();
            (await answer.Content.ReadAsStringAsync()).ShouldBe("hello");
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }

        said.ShouldBe(["", "sid=s3cr3t; seen=1"]);
    }

    [Theory]
    [InlineData("Cookie", "sid=fixed-by-the-agent")]
    [InlineData("cookie", "sid=fixed-by-the-agent")]
    [InlineData("Cookie2", "$Version=1")]
    public async Task What_the_agent_says_is_its_cookie_goes_nowhere(string name, string value)
    {
        await using var house = await OpenAsync(static context => Task.CompletedTask);

        var answer = await house.AskAsync(
            $"GET /a HTTP/1.1\r\nHost: api.example\r\n{name}: {value}\r\n{name}: b=2\r\nConnection: close\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 200");
        house.Server!.Fields.Keys.ShouldNotContain(one => one.StartsWith("cookie", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_request_that_says_its_cookies_go_no_further_isnt_sent()
    {
        await using var house = await OpenAsync(static _ => Task.CompletedTask);

        using var client = house.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/a");
        request.Headers.Connection.Add("Cookie");

        using var answer = await client.SendAsync(request).Soon();

        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_may_carry_them_has_a_connection_alone()
    {
        var connections = new List<string>();
        await using var house = await OpenAsync(context =>
        {
            connections.Add(context.Connection.Id);
            return Task.CompletedTask;
        });
        using var client = house.Client();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.GetAsync("https://api.example/a").Soon();
        }

        connections.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Without_it_cookies_pass_both_ways()
    {
        await using var house = await OpenAsync(
            static context =>
            {
                context.Response.Headers.SetCookie = "a=1";
                return Task.CompletedTask;
            },
            keeps: false
        );

        var answer = await house.AskAsync(
            "GET /a HTTP/1.1\r\nHost: api.example\r\nCookie: b=2\r\nConnection: close\r\n\r\n"
        );

        answer.ShouldContain("Set-Cookie: a=1");
        house.Server!.Fields.Cookie.ToString().ShouldBe("b=2");
    }

    [Fact]
    public async Task A_tunnel_that_would_stay_closed_isnt_opened()
    {
        await using var house = await OpenAsync(static _ => Task.CompletedTask, "allow: connect api.example:443");

        var answer = await house.House.AskAsync("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("keeps the cookies");
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cleartext_would_show_them_and_isnt_sent()
    {
        await using var house = await OpenAsync(
            static _ => Task.CompletedTask,
            "allow: http GET http://api.example/**"
        );

        var answer = await house.House.AskAsync("GET http://api.example/a HTTP/1.1\r\nHost: api.example\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("use https");
    }

    [Theory]
    [InlineData("a=1", "/x/y", "/x/z", "a=1")]
    [InlineData("a=1", "/x/y", "/other", null)]
    [InlineData("a=1; Path=/x", "/", "/xy", null)]
    [InlineData("a=1; Path=/x", "/", "/x/y", "a=1")]
    [InlineData("a=1; path=nowhere", "/x/y", "/x", "a=1")]
    [InlineData("a=b=c ; Secure", "/", "/", "a=b=c")]
    [InlineData("a=; Path=/", "/", "/", "a=")]
    [InlineData("a=1, b=2; Path=/", "/", "/", "a=1, b=2")]
    [InlineData("a=1; Max-Age=0", "/", "/", null)]
    [InlineData("a=1; Max-Age=-5", "/", "/", null)]
    [InlineData("a=1; Max-Age=99999999999999999999", "/", "/", "a=1")]
    [InlineData("a=1; Max-Age=junk", "/", "/", "a=1")]
    [InlineData("a=1; Expires=Sun, 22 Nov 2026 11:59:59 GMT", "/", "/", null)]
    [InlineData("a=1; Expires=Sun, 22-Nov-2026 12:00:01 GMT", "/", "/", "a=1")]
    [InlineData("a=1; Expires=Sun, 22 Nov 2020 11:59:59 GMT; Max-Age=5", "/", "/", "a=1")]
    [InlineData("a=1; Domain=evil.example", "/", "/", "a=1")]
    [InlineData("=1", "/", "/", null)]
    [InlineData("nothing", "/", "/", null)]
    [InlineData("a=1\u0001", "/", "/", null)]
    public void A_cookie_is_read_as_RFC_6265_says(string field, string asked, string then, string? sent)
    {
        var jar = new CookieJar();

        jar.Take([field], asked, _now);

        jar.For(then, _now).ShouldBe(sent);
    }

    [Fact]
    public void What_is_set_again_is_replaced_or_goes_and_the_longest_path_comes_first()
    {
        var jar = new CookieJar();
        jar.Take(["a=1; Path=/", "a=2; Path=/x", "b=3; Path=/"], "/", _now);
        jar.Take(["a=4; Path=/", "b=; Path=/; Max-Age=0"], "/", _now);

        jar.For("/x", _now).ShouldBe("a=2; a=4");
    }

    [Fact]
    public void A_host_that_sets_ever_more_keeps_a_few()
    {
        var jar = new CookieJar();
        jar.Take(Enumerable.Range(0, 1000).Select(i => $"c{i}=1; Path=/"), "/", _now);
        jar.Take([$"long={new string('x', 9000)}"], "/", _now);

        var kept = jar.For("/", _now)!.Split("; ");
        kept.Length.ShouldBe(64);
        kept[^1].ShouldBe("c999=1");
    }

    [Fact]
    public async Task What_was_given_for_a_credential_goes_with_nothing_once_that_is_taken_back()
    {
        const string Value = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";
        var said = new List<string>();
        await using var house = await InterceptedHouse.OpenAsync(
            ["allow: http POST https://api.example/login with token", "allow: http GET https://api.example/**"],
            async outside =>
                await SecureServer.StartAsync(
                    outside.Sign(InterceptedHouse.Host),
                    context =>
                    {
                        said.Add(context.Request.Headers.Cookie.ToString());
                        if (context.Request.Path == "/login")
                        {
                            var bearer = context.Request.Headers.Authorization.ToString()[7..];
                            context.Response.Headers.Append("Set-Cookie", "sid=of-the-credential; Path=/");
                            context.Response.Headers.Append("Set-Cookie", $"echo={bearer}; Path=/");
                        }
                        else
                        {
                            context.Response.Headers.Append("Set-Cookie", "plain=1; Path=/");

                            // A host that renews its sessions with each request.
                            context.Response.Headers.Append("Set-Cookie", "sid=renewed; Path=/");
                        }

                        return Task.CompletedTask;
                    }
                ),
            keepsCookies: true,
            credentials: new CredentialSource("token", CredentialOrigin.Vault, "a/b")
        );
        house.House.Host.Value = Value;
        using var client = house.Client();

        using var login = await client.PostAsync("https://api.example/login", new StringContent("")).Soon();
        using var first = await client.GetAsync("https://api.example/a").Soon();
        (
            await house.House.Host.EntryAsync(e => e.Kind == EntryKind.Outcome && e.Credential is not null)
        ).Credential.ShouldNotBeNull();
        house.House.Host.Refused = "it was revoked";
        using var second = await client.GetAsync("https://api.example/a").Soon();

        // What was set beside it may stand for it as well.
        said.ShouldBe(["", "sid=of-the-credential", ""]);
        second.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_session_and_another_host_have_none_of_them()
    {
        await using var house = await OpenAsync(static _ => Task.CompletedTask);
        var (mine, other) = (house.House.Session, house.House.Open(Rule).Session);
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();
        HostName.TryParse("www.api.example", out var below, out _).ShouldBeTrue();
        var jars = new CookieJars();

        jars.Of(mine, host!, 443).Take(["sid=1; Domain=api.example"], "/", _now);

        jars.Of(mine, host!, 443).For("/", _now).ShouldBe("sid=1");
        jars.Of(other, host!, 443).For("/", _now).ShouldBeNull();
        jars.Of(mine, below!, 443).For("/", _now).ShouldBeNull();
        jars.Of(mine, host!, 8443).For("/", _now).ShouldBeNull();
    }

    private static Task<InterceptedHouse> OpenAsync(Func<HttpContext, Task> answer, params string[] rules) =>
        OpenAsync(answer, true, rules);

    private static Task<InterceptedHouse> OpenAsync(
        Func<HttpContext, Task> answer,
        bool keeps,
        params string[] rules
    ) =>
        InterceptedHouse.OpenAsync(
            rules.Length > 0 ? rules : Rule,
            async outside => await SecureServer.StartAsync(outside.Sign(InterceptedHouse.Host), answer),
            keepsCookies: keeps
        );
}
