using System.Net;
using System.Net.Security;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>What an agent tries inside a connection that is looked into, and what a host outside tries.</summary>
public sealed class InterceptedAttacks
{
    private static readonly string[] Rule = ["allow: http * https://api.example/repos/**"];

    [Fact]
    public async Task Another_name_in_tls_than_in_the_tunnel_is_refused()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);

        await Should.ThrowAsync<Exception>(() => house.RawAsync(name: "evil.example"));

        (await house.House.Host.RefusalAsync()).Reason!.ShouldContain("`evil.example`");
        house.House.Network.Dialed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example:8443\r\n\r\n", "421")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example.\r\n\r\n", "421")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example@evil.example\r\n\r\n", "4")]
    [InlineData("GET https://evil.example/repos/a HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET https://api.example/repos/a HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nHost: evil.example\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.0\r\n\r\n", "4")]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", "4")]
    [InlineData("TRACE /repos/a HTTP/1.1\r\nHost: api.example\r\n\r\n", "4")]
    [InlineData("get /repos/a HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/../user HTTP/1.1\r\nHost: api.example\r\n\r\n", "403")]
    [InlineData("GET /repos/%2e%2e/user HTTP/1.1\r\nHost: api.example\r\n\r\n", "403")]
    [InlineData("GET /repos/..;/user HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/..%2fuser HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos//user HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/%252e%252e/user HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/..\\user HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/a%00b HTTP/1.1\r\nHost: api.example\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nX-HTTP-Method-Override: DELETE\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nX-Original-URL: /user\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nX_HTTP_METHOD_OVERRIDE: DELETE\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nA: b\r\n c\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nA : b\r\n\r\n", "400")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nA: b\0c\r\n\r\n", "400")]
    [InlineData(
        "POST /repos/a HTTP/1.1\r\nHost: api.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400"
    )]
    [InlineData(
        "POST /repos/a HTTP/1.1\r\nHost: api.example\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "400"
    )]
    [InlineData(
        "POST /repos/a HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "4"
    )]
    public async Task A_request_that_can_be_read_in_two_ways_or_names_another_host_is_not_sent(
        string request,
        string status
    )
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);

        var answer = await house.AskAsync(
            request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)
        );

        answer.ShouldStartWith($"HTTP/1.1 {status}");
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_head_beyond_its_bound_is_not_sent()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);

        var huge = new string('a', 70_000);
        (await house.AskAsync($"GET /repos/a HTTP/1.1\r\nHost: api.example\r\nA: {huge}\r\n\r\n")).ShouldStartWith(
            "HTTP/1.1 431"
        );
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/repos/a/../b", "/repos/b")]
    [InlineData("/repos/%61%2Db", "/repos/a-b")]
    [InlineData("/repos/a%2cb;c=d", "/repos/a%2Cb;c=d")]
    [InlineData("/repos/a?x=%2e%2e/%2F&y=+", "/repos/a?x=%2e%2e/%2F&y=+")]
    public async Task What_was_decided_is_byte_for_byte_what_is_sent(string asked, string sent)
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);

        await house.AskAsync($"GET {asked} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n");

        house.Server!.Asked.ShouldHaveSingleItem().ShouldBe($"GET {sent} HTTP/1.1");
    }

    [Fact]
    public async Task What_belongs_to_one_hop_goes_no_further()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);

        await house.AskAsync(
            "GET /repos/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n"
                + "Proxy-Authorization: Basic eDp5\r\nKeep-Alive: 3\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Kept: k\r\n\r\n"
        );

        var fields = house.Server!.Fields;
        fields["X-Kept"].ToString().ShouldBe("k");
        foreach (var name in new[] { "Proxy-Authorization", "Keep-Alive", "TE", "Upgrade" })
        {
            fields.ContainsKey(name).ShouldBeFalse(name);
        }
    }

    [Theory]
    [InlineData("untrusted", "no authority that is trusted here vouches")]
    [InlineData("expired", "has expired")]
    [InlineData("wrong name", "is for another name")]
    public async Task A_host_that_cant_prove_who_it_is_hears_nothing(string how, string why)
    {
        await using var house = await InterceptedHouse.OpenAsync(
            Rule,
            outside =>
                SecureServer.StartAsync(
                    how switch
                    {
                        "expired" => outside.Sign(InterceptedHouse.Host, -5, -1),
                        "wrong name" => outside.Sign("evil.example"),
                        _ => outside.Sign(InterceptedHouse.Host),
                    }
                ),
            trusts: how != "untrusted"
        );
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(why);
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("nothing was sent");
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_the_agents_to_follow_and_decided_anew()
    {
        await using var house = await InterceptedHouse.OpenAsync(
            Rule,
            outside =>
                SecureServer.StartAsync(
                    outside.Sign(InterceptedHouse.Host),
                    context =>
                    {
                        context.Response.Redirect("https://evil.example/");
                        return Task.CompletedTask;
                    }
                )
        );
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        house.Server!.Asked.ShouldHaveSingleItem();
        house.House.Network.Asked.ShouldBe([InterceptedHouse.Host]);
    }

    [Fact]
    public async Task A_kill_cuts_an_answer_in_the_middle_and_the_host_sees_it_too()
    {
        var begun = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        await using var house = await InterceptedHouse.OpenAsync(
            Rule,
            outside =>
                SecureServer.StartAsync(
                    outside.Sign(InterceptedHouse.Host),
                    async context =>
                    {
                        context.RequestAborted.Register(() => gone.TrySetResult());
                        await context.Response.WriteAsync("first");
                        await context.Response.Body.FlushAsync();
                        begun.TrySetResult();
                        await gone.Task;
                    }
                )
        );
        using var client = house.Client();
        using var answer = await client
            .GetAsync("https://api.example/repos/a", HttpCompletionOption.ResponseHeadersRead)
            .Soon();
        await begun.Task.Soon();

        house.House.Control.End();

        await Should.ThrowAsync<Exception>(() => answer.Content.ReadAsStringAsync().Soon());
        await gone.Task.Soon();
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail.ShouldBe("the session ended");
    }

    [Fact]
    public async Task A_client_that_trusts_nobody_new_is_told_of_in_one_sentence()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);
        using var wire = await house.House.TunnelAsync("api.example:443");
        await using var stream = new SslStream(
            new System.Net.Sockets.NetworkStream(wire.Socket),
            false,
            static (_, _, _, _) => false
        );

        await Should.ThrowAsync<Exception>(() => stream.AuthenticateAsClientAsync("api.example").Soon());

        await stream.DisposeAsync();
        wire.Dispose();
        var refusal = await house.House.Host.RefusalAsync();
        refusal.Reason!.ShouldContain("trust the certificate that it is shown for `api.example`");
        house.House.Network.Dialed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_stream_of_a_connection_is_decided()
    {
        await using var house = await InterceptedHouse.OpenAsync(["allow: http GET https://api.example/repos/**"]);
        using var client = house.Client(HttpVersion.Version20);

        var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, 20)
                    .Select(i => client.GetAsync($"https://api.example/{(i % 2 == 0 ? "repos" : "user")}/{i}"))
            )
            .Soon();
        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(10);
        answers.Count(a => a.StatusCode == HttpStatusCode.Forbidden).ShouldBe(10);
        house.Server!.Asked.Count.ShouldBe(10);
        house.House.Host.Entries.Count(e => e.Kind == EntryKind.Intent).ShouldBe(10);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_not_dialed()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);
        house.House.Network.Name(InterceptedHouse.Host, "169.254.169.254");
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.House.Network.Dialed.ShouldBeEmpty();
        house.Server!.Asked.ShouldBeEmpty();
    }
}
