using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>What a session may have of one host: counted alike by whatever way it goes there.</summary>
public sealed class HostLimitTests
{
    private const string Tunnels = "allow: connect db.example:5432";

    private const string Requests = "allow: http * http://api.example/**";

    [Fact]
    public async Task A_tunnel_is_cut_at_the_bytes_that_may_go_up_and_the_next_is_told_why()
    {
        await using var house = EgressHouse.Limiting("db.example", new HostTerms { Up = 10 }, Tunnels);
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using var wire = await house.TunnelAsync("db.example:5432");
        await wire.SendAsync("0123456789");
        (await wire.TakeAsync(10)).ShouldBe("0123456789");
        await wire.SendAsync("!");
        await wire.EndAsync();

        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail.ShouldBe(
            "`hosts.db.example.up` is used up: its limit is 10 bytes"
        );
        canary.Heard.ShouldBe("0123456789");
        var answer = await house.AskAsync("CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("`hosts.db.example.up` is used up: its limit is 10 bytes; it holds for the whole session");
        (await house.Host.RefusalAsync()).Reason!.ShouldContain("`hosts.db.example.up`");
    }

    [Fact]
    public async Task A_tunnel_is_cut_before_more_comes_down_than_may()
    {
        await using var house = EgressHouse.Limiting("db.example", new HostTerms { Down = 4 }, Tunnels);
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using var wire = await house.TunnelAsync("db.example:5432");
        await wire.SendAsync("1234");
        (await wire.TakeAsync(4)).ShouldBe("1234");
        await wire.SendAsync("5");
        (await wire.RestAsync() ?? "").ShouldBe("");

        var outcome = await house.Host.OutcomeAsync(OutcomeKind.Cut);
        outcome.Detail!.ShouldContain("`hosts.db.example.down`");
        outcome.Usage!.BytesIn.ShouldBe(4);
    }

    [Fact]
    public async Task Socks_and_connect_have_one_limit_together()
    {
        await using var house = EgressHouse.Limiting("db.example", new HostTerms { Up = 10 }, Tunnels);
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using var first = await house.TunnelAsync("db.example:5432");
        await first.SendAsync("012345");
        (await first.TakeAsync(6)).ShouldBe("012345");
        using var second = await house.WireAsync();
        await second.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named("DB.example", 5432)]);
        (await second.TakeAsync(12)).ShouldBe("\u0005\0" + Socks.Reply(0));
        await second.SendAsync("6789");
        (await second.TakeAsync(4)).ShouldBe("6789");
        await second.SendAsync("!");
        await second.EndAsync();

        canary.Heard.ShouldBe("0123456789");
        using var third = await house.WireAsync();
        await third.SendAsync((byte[])[.. Socks.Greeting, .. Socks.Named("db.example", 5432)]);
        (await third.RestAsync()).ShouldBe("\u0005\0" + Socks.Reply(2));
    }

    [Fact]
    public async Task A_request_over_the_rate_gets_429_with_a_sentence()
    {
        await using var house = EgressHouse.Limiting("api.example", new HostTerms { Rate = Rate(2) }, Requests);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        for (var i = 0; i < 2; i++)
        {
            (await house.AskAsync(Get)).ShouldStartWith("HTTP/1.1 200");
        }

        var answer = await house.AskAsync(Get);

        answer.ShouldStartWith("HTTP/1.1 429 Too Many Requests\r\n");
        answer.ShouldContain("Retry-After: ");
        answer.ShouldContain("`hosts.api.example.rate` is 2/min, and the next is free in");
        canary.Hits.ShouldBe(2);
        (await house.Host.RefusalAsync()).Target.ShouldBe("GET http://api.example:80/a");
    }

    [Fact]
    public async Task A_captured_request_counts_as_one_by_the_proxy()
    {
        await using var house = EgressHouse.Limiting("api.example", new HostTerms { Rate = Rate(1) }, Requests);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        (await house.AskAsync(Get)).ShouldStartWith("HTTP/1.1 200");
        await house.AskDnsAsync(Question.Of("api.example"));
        using var wire = await Wire.OpenAsync(house.HttpAddress);

        (await wire.AskAsync("GET /a HTTP/1.1\r\nHost: api.example\r\n\r\n")).ShouldStartWith("HTTP/1.1 429");
        canary.Hits.ShouldBe(1);
    }

    /// <summary>What is told in fields and paths leaves as well as what is told in a body.</summary>
    [Fact]
    public async Task A_head_counts_and_one_that_does_not_fit_is_not_sent()
    {
        await using var house = EgressHouse.Limiting("api.example", new HostTerms { Up = 200 }, Requests);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        (await house.AskAsync(Get)).ShouldStartWith("HTTP/1.1 200");

        var answer = await house.AskAsync(
            $"GET http://api.example/{new string('a', 300)} HTTP/1.1\r\nHost: api.example\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("`hosts.api.example.up` is used up");
        canary.Hits.ShouldBe(1);
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("`hosts.api.example.up`");
    }

    [Fact]
    public async Task An_answer_whose_head_does_not_fit_is_kept_back()
    {
        await using var house = EgressHouse.Limiting("api.example", new HostTerms { Down = 50 }, Requests);
        await using var canary = Canary.Http($"HTTP/1.1 200 OK\r\nX-Told: {new string('s', 90)}\r\n\r\n");
        house.Outside("api.example", canary);

        var answer = await house.AskAsync(Get);

        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldNotContain("sss");
        (await house.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("`hosts.api.example.down`");
    }

    [Fact]
    public async Task Another_session_has_its_own_and_another_host_has_none()
    {
        string[] rules = [Tunnels, "allow: connect other.example:5432"];
        await using var house = EgressHouse.Limiting("db.example", new HostTerms { Up = 4 }, rules);
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        house.Network.Name("other.example", TestNetwork.Public.ToString());
        using var other = await house.TunnelAsync("other.example:5432");
        await other.SendAsync("more than four");
        (await other.TakeAsync(14)).ShouldBe("more than four");
        using var wire = await house.TunnelAsync("db.example:5432");
        await wire.SendAsync("four");
        (await wire.TakeAsync(4)).ShouldBe("four");

        var (session, _) = house.Open(rules);
        var shared = EgressHouse.Listen(IPAddress.Loopback);
        var address = (IPEndPoint)shared.LocalEndPoint!;
        await using var attachment = house.Proxy.AcceptAttached(shared);
        using var theirs = await Wire.OpenAsync(address);
        await theirs.SendAsync((byte[])[5, 1, 2]);
        (await theirs.TakeAsync(2)).ShouldBe("\u0005\u0002");
        await theirs.SendAsync(Socks.Password("agent", TestHost.TokenOf(session)));
        (await theirs.TakeAsync(2)).ShouldBe("\u0001\0");
        await theirs.SendAsync((byte[])[.. Socks.Named("db.example", 5432), .. "FOUR"u8]);
        (await theirs.TakeAsync(14)).ShouldBe(Socks.Reply(0) + "FOUR");
    }

    /// <summary>However many tunnels pump at once, not one byte more goes out than may.</summary>
    [Fact]
    public async Task Many_tunnels_at_once_pass_no_byte_more_than_one()
    {
        const int Cap = 100_000;
        await using var house = EgressHouse.Limiting("db.example", new HostTerms { Up = Cap }, Tunnels);
        await using var canary = new Canary(
            static async (canary, socket) =>
            {
                var buffer = new byte[64 * 1024];
                while (await canary.HearAsync(socket, buffer) > 0) { }
            }
        );
        house.Outside("db.example", canary);
        var piece = new byte[777];
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async _ =>
                {
                    using var wire = await house.WireAsync();
                    await wire.SendAsync("CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n");
                    await wire.HeadAsync();
                    for (var i = 0; i < 40; i++)
                    {
                        await wire.TrySendAsync(piece);
                    }

                    End(wire);
                    await wire.EndAsync();
                })
        );

        canary.Heard.Length.ShouldBeInRange(1, Cap);
        var outcomes = house.Host.Entries.Where(e => e.Kind == EntryKind.Outcome).ToList();
        outcomes.Sum(e => e.Usage!.BytesOut).ShouldBeLessThanOrEqualTo(Cap);
        outcomes.ShouldContain(e => e.Detail!.Contains("`hosts.db.example.up` is used up"));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Requests_inside_tls_are_counted_by_their_rate_and_their_bytes(string version)
    {
        await using var house = await OpenAsync(new HostTerms { Rate = Rate(3), Down = 4096 });
        using var client = house.Client(Version.Parse(version));
        using var small = await client.GetAsync("https://api.example/small").Soon();
        small.StatusCode.ShouldBe(HttpStatusCode.OK);

        var cut = await Should.ThrowAsync<Exception>(async () =>
            await client.GetStringAsync("https://api.example/large").Soon()
        );

        cut.ShouldBeAssignableTo<HttpRequestException>();
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldBe(
            "`hosts.api.example.down` is used up: its limit is 4096 bytes"
        );
        using var again = await house.Client(Version.Parse(version)).GetAsync("https://api.example/small").Soon();
        again.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await again.Content.ReadAsStringAsync()).ShouldContain("`hosts.api.example.down` is used up");
        house.Server!.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_request_inside_tls_over_the_rate_gets_429()
    {
        await using var house = await OpenAsync(new HostTerms { Rate = Rate(1) });
        using var client = house.Client();
        using var first = await client.GetAsync("https://api.example/small").Soon();

        using var second = await client.GetAsync("https://api.example/small").Soon();

        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        second.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(30));
        (await second.Content.ReadAsStringAsync()).ShouldContain("`hosts.api.example.rate` is 1/min");
        house.Server!.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(2000, 0)]
    [InlineData(0, 2000)]
    public async Task What_goes_up_inside_tls_counts_with_its_head(int inFields, int inBody)
    {
        await using var house = await OpenAsync(new HostTerms { Up = 1000 });
        using var client = house.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://api.example/small");
        request.Headers.Add("X-Told", new string('s', inFields + 1));
        request.Content = new ByteArrayContent(new byte[inBody]);

        HttpStatusCode? status = null;
        try
        {
            using var answer = await client.SendAsync(request).Soon();
            status = answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Cut.
        }

        status.ShouldNotBe(HttpStatusCode.OK);
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("`hosts.api.example.up`");
    }

    // One that sent all of it before the others had used the cap up isn't cut: it ends by itself.
    private static void End(Wire wire)
    {
        try
        {
            wire.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It was cut.
        }
    }

    private const string Get = "GET http://api.example/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n";

    private static BudgetRate Rate(int count) => new(BudgetScope.Session, Verb.Unknown, count, TimeSpan.FromMinutes(1));

    private static Task<InterceptedHouse> OpenAsync(HostTerms terms) =>
        InterceptedHouse.OpenAsync(
            ["allow: http GET https://api.example/**", "allow: http POST https://api.example/**"],
            async outside => await SecureServer.StartAsync(outside.Sign(InterceptedHouse.Host), AnswerAsync),
            terms: terms
        );

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        var large = context.Request.Path == "/large";
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(new string('x', large ? 60_000 : 5)));
    }
}
