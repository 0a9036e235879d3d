using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class ProxyTests
{
    [Fact]
    public async Task An_allowed_tunnel_carries_bytes_both_ways_and_is_counted()
    {
        await using var house = new EgressHouse("allow: connect db.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using (var wire = await house.TunnelAsync("db.example:5432"))
        {
            await wire.SendAsync("ping");
            (await wire.TakeAsync(4)).ShouldBe("ping");
            wire.Socket.Shutdown(SocketShutdown.Send);
            (await wire.RestAsync()).ShouldBe("");
        }

        var outcome = await house.Host.OutcomeAsync(OutcomeKind.Done);
        outcome.Target.ShouldBe("db.example:5432");
        outcome.Usage!.BytesOut.ShouldBe(4);
        outcome.Usage.BytesIn.ShouldBe(4);
        house.Host.Entries[0].Kind.ShouldBe(EntryKind.Intent);
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(5432);
    }

    [Fact]
    public async Task A_half_closed_tunnel_still_brings_the_answer()
    {
        await using var house = new EgressHouse("allow: connect db.example:5432");
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                var buffer = new byte[100];
                while (await canary.HearAsync(socket, buffer) > 0) { }

                await socket.SendAsync("the whole answer"u8.ToArray());
            }
        );
        house.Outside("db.example", canary);
        using var wire = await house.TunnelAsync("db.example:5432");
        await wire.SendAsync("question");
        wire.Socket.Shutdown(SocketShutdown.Send);
        (await wire.RestAsync()).ShouldBe("the whole answer");
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard()
    {
        await using var house = new EgressHouse("allow: connect mail.example:25");
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                await socket.SendAsync("220 hello\r\n"u8.ToArray());
                await canary.HearAsync(socket, new byte[100]);
            }
        );
        house.Outside("mail.example", canary);
        using var wire = await house.TunnelAsync("mail.example:25");
        (await wire.TakeAsync(11)).ShouldBe("220 hello\r\n");
    }

    [Fact]
    public async Task A_refusal_says_what_and_which_rule_would_allow_it()
    {
        await using var house = new EgressHouse("allow: connect other.example:443");
        var answer = await house.AskAsync("CONNECT denied.example:443 HTTP/1.1\r\nHost: denied.example:443\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 403 Forbidden\r\n");
        answer.ShouldContain("X-Bartizan-Rule: allow: connect denied.example:443\r\n");
        answer.ShouldContain("connect denied.example:443");
        answer.ShouldContain("The rule that would allow it: `allow: connect denied.example:443`");
        var refusal = await house.Host.RefusalAsync();
        refusal.Target.ShouldBe("denied.example:443");
        refusal.Point.ShouldBe("egress");
    }

    [Fact]
    public async Task A_refusal_quotes_no_rule_that_denies()
    {
        await using var house = new EgressHouse("allow: connect **.example:443", "deny: connect *.hidden.example:*");
        var answer = await house.AskAsync(
            "CONNECT a.hidden.example:443 HTTP/1.1\r\nHost: a.hidden.example:443\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 403 Forbidden\r\n");
        answer.ShouldEndWith("\r\n\r\nbartizan refused `connect a.hidden.example:443`: one of its rules denies it.\n");
        answer.ShouldNotContain("X-Bartizan-Rule");
        (await house.Host.RefusalAsync())
            .Rules.ShouldHaveSingleItem()
            .Text.ShouldBe("deny: connect *.hidden.example:*");
    }

    [Fact]
    public async Task A_refused_request_names_its_method_and_path_in_the_rule()
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/a");
        var answer = await house.AskAsync("POST http://api.example/b?c=d HTTP/1.1\r\nHost: api.example\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("X-Bartizan-Rule: allow: http POST http://api.example/b\r\n");
        house.Network.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_allowed_request_goes_out_in_origin_form_with_its_query()
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/**");
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        var answer = await house.AskAsync(
            "GET http://API.example/a/%7Eb/../c?q=1 HTTP/1.1\r\nHost: api.EXAMPLE\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        answer.ShouldEndWith("\r\n\r\nhello");
        canary.Heard.ShouldStartWith("GET /a/c?q=1 HTTP/1.1\r\nHost: api.example\r\nAccept: */*\r\n");
        var outcome = await house.Host.OutcomeAsync(OutcomeKind.Done);
        outcome.Detail.ShouldBe("200");
        outcome.Target.ShouldBe("GET http://api.example:80/a/c");
        outcome.Usage!.BytesIn.ShouldBe(5);
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(80);
    }

    [Fact]
    public async Task A_kept_connection_decides_each_request_anew()
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/**");
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        for (var i = 0; i < 3; i++)
        {
            await wire.SendAsync($"GET http://api.example/{i} HTTP/1.1\r\nHost: api.example\r\n\r\n");
            (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
            (await wire.TakeAsync(5)).ShouldBe("hello");
        }

        await wire.SendAsync("GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 403");
        canary.Hits.ShouldBe(3);
        house.Host.Entries.Count(e => e.Kind == EntryKind.Intent).ShouldBe(3);
    }

    [Fact]
    public async Task A_body_with_a_length_arrives_whole()
    {
        await using var house = new EgressHouse("allow: http POST http://api.example/**");
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        var body = new string('x', 200_000);
        var answer = await house.AskAsync(
            $"POST http://api.example/up HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
        answer.ShouldEndWith("hello");
        canary.Heard.ShouldEndWith("\r\n\r\n" + body);
        (await house.Host.OutcomeAsync(OutcomeKind.Done)).Usage!.BytesOut.ShouldBe(200_000);
    }

    [Fact]
    public async Task A_chunked_body_is_framed_anew_without_extensions_and_trailers()
    {
        await using var house = new EgressHouse("allow: http POST http://api.example/**");
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        var answer = await house.AskAsync(
            "POST http://api.example/up HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;smuggled=1\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: secret\r\n\r\n"
        );
        answer.ShouldEndWith("hello");
        canary.Heard.ShouldContain("5\r\nhello\r\n");
        canary.Heard.ShouldEndWith("1\r\n!\r\n0\r\n\r\n");
        canary.Heard.ShouldNotContain("smuggled");
        canary.Heard.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n"
    )]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n", "")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok")]
    public async Task An_answer_keeps_its_framing(string sent, string body)
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/**");
        await using var canary = Canary.Http(sent);
        house.Outside("api.example", canary);
        var answer = await house.AskAsync(
            "GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n"
        );
        answer.ShouldEndWith("\r\n\r\n" + body);
    }

    [Fact]
    public async Task The_answer_to_head_has_a_length_and_no_body()
    {
        await using var house = new EgressHouse("allow: http HEAD http://api.example/**");
        await using var canary = Canary.Http("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync("HEAD http://api.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldContain("Content-Length: 900");
        await wire.SendAsync("HEAD http://api.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldContain("Content-Length: 900");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")]
    public async Task A_cut_answer_stays_visibly_cut(string sent)
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/**");
        await using var canary = Canary.Http(sent);
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync("GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n");
        (await wire.RestAsync()).ShouldBeNull("an orderly end would look like the whole answer");
        (await house.Host.OutcomeAsync(OutcomeKind.Failed)).Detail.ShouldBe("200");
    }

    [Fact]
    public async Task Events_arrive_one_by_one_as_they_are_sent()
    {
        await using var house = new EgressHouse("allow: http GET http://api.example/**");
        var next = new SemaphoreSlim(0);
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                await canary.HearHeadAsync(socket);
                await socket.SendAsync(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray()
                );
                for (var i = 0; i < 50; i++)
                {
                    await next.WaitAsync(Wait.Long);
                    await socket.SendAsync(Encoding.ASCII.GetBytes($"a\r\ndata: {i:00}\n\n\r\n"));
                }

                await socket.SendAsync("0\r\n\r\n"u8.ToArray());
            }
        );
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync("GET http://api.example/events HTTP/1.1\r\nHost: api.example\r\n\r\n");
        (await wire.HeadAsync()).ShouldContain("text/event-stream");
        for (var i = 0; i < 50; i++)
        {
            next.Release();
            (await wire.TakeAsync(15)).ShouldBe($"a\r\ndata: {i:00}\n\n\r\n");
        }

        (await wire.TakeAsync(5)).ShouldBe("0\r\n\r\n");
    }

    [Fact]
    public async Task A_body_waits_for_the_other_sides_go_ahead()
    {
        await using var house = new EgressHouse("allow: http POST http://api.example/**");
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                await canary.HearAsync(socket, new byte[1000]);
                await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
                await canary.HearAsync(socket, new byte[1000]);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }
        );
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        await wire.SendAsync(
            "POST http://api.example/ HTTP/1.1\r\nHost: api.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        );
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 100");
        await wire.SendAsync("body");
        (await wire.HeadAsync()).ShouldStartWith("HTTP/1.1 200");
        canary.Heard.ShouldEndWith("body");
    }

    [Fact]
    public async Task An_answer_before_the_end_of_the_upload_is_still_brought()
    {
        await using var house = new EgressHouse("allow: http POST http://api.example/**");
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                await canary.HearAsync(socket, new byte[1000]);
                await socket.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"u8.ToArray());
            }
        );
        house.Outside("api.example", canary);
        var answer = await house.AskAsync(
            "POST http://api.example/ HTTP/1.1\r\nHost: api.example\r\nContent-Length: 1000000\r\n\r\nstart"
        );
        answer.ShouldStartWith("HTTP/1.1 413");
        answer.ShouldEndWith("no");
    }

    [Fact]
    public async Task A_name_without_an_address_is_a_bad_gateway_and_no_refusal()
    {
        await using var house = new EgressHouse("allow: connect gone.example:443");
        var answer = await house.AskAsync("CONNECT gone.example:443 HTTP/1.1\r\nHost: gone.example:443\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 502");
        (await house.Host.OutcomeAsync(OutcomeKind.Failed)).Detail!.ShouldContain("gone.example");
    }

    [Fact]
    public async Task The_second_address_is_tried_when_the_first_takes_nobody()
    {
        await using var house = new EgressHouse("allow: connect db.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        house.Network.Name("db.example", $"93.184.215.99 {TestNetwork.Public}");
        using var wire = await house.TunnelAsync("db.example:5432");
        house.Network.Dialed.Select(d => d.Address.ToString()).ShouldBe(["93.184.215.99", "93.184.215.14"]);
        house.Network.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_address_that_a_rule_names_may_be_private()
    {
        await using var canary = Canary.Echo();
        var to = canary.Address.ToString();
        await using var house = new EgressHouse($"allow: connect {to}");
        house.Network.Behind(canary.Address.Address, canary.Address);
        using var wire = await house.TunnelAsync(to);
        await wire.SendAsync("in");
        (await wire.TakeAsync(2)).ShouldBe("in");
    }

    [Fact]
    public async Task Disposing_the_proxy_ends_its_bindings()
    {
        var house = new EgressHouse("allow: connect db.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using var wire = await house.TunnelAsync("db.example:5432");
        await house.Proxy.DisposeAsync();
        await wire.EndAsync();
        await Should.ThrowAsync<SocketException>(() => house.WireAsync());
    }

    [Fact]
    public async Task Paused_means_held_and_resumed_means_all_of_it_arrives()
    {
        await using var house = new EgressHouse("allow: connect db.example:5432");
        await using var canary = Canary.Echo();
        house.Outside("db.example", canary);
        using var wire = await house.TunnelAsync("db.example:5432");
        await wire.SendAsync("a");
        (await wire.TakeAsync(1)).ShouldBe("a");
        house.Control.Pause().ShouldBeTrue();
        await wire.SendAsync("b");

        // The next connection waits at the gate as well; the tunnel is judged by what the other side heard meanwhile.
        var second = house.AskAsync("CONNECT no.example:1 HTTP/1.1\r\nHost: no.example:1\r\n\r\n");
        canary.Heard.ShouldBe("a");
        second.IsCompleted.ShouldBeFalse();
        house.Control.Resume().ShouldBeTrue();
        (await wire.TakeAsync(1)).ShouldBe("b");
        (await second).ShouldStartWith("HTTP/1.1 403");
    }
}
