using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Callers who pose as somebody else, ask for more than they may, or wear the gateway down.</summary>
public sealed class HostileCallerTests
{
    [Theory]
    [InlineData("bartizan-session", "s-00000000000000000000")]
    [InlineData("bartizan-token", "stolen")]
    [InlineData("bartizan-endpoints", "{}")]
    [InlineData("bartizan-user", "{\"id\":\"admin\"}")]
    [InlineData("Bartizan_Token", "stolen")]
    [InlineData("x-forwarded-for", "10.0.0.1")]
    [InlineData("x-forwarded-host", "evil.example")]
    [InlineData("forwarded", "for=10.0.0.1")]
    [InlineData("x-real-ip", "10.0.0.1")]
    [InlineData("x-original-url", "/open/admin")]
    [InlineData("x-rewrite-url", "/open/admin")]
    [InlineData("x-http-method-override", "DELETE")]
    [InlineData("x-remote-user", "admin")]
    [InlineData("proxy", "http://evil.example")]
    [InlineData("range", "bytes=0-0,1-1,2-2,3-3")]
    [InlineData("te", "trailers")]
    public async Task A_header_that_says_who_asks_or_how_to_read_it_never_reaches_the_agent(string name, string value)
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.SendAsync(
            HttpMethod.Post,
            "/ask",
            "{}",
            with: request => request.Headers.TryAddWithoutValidation(name, value)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var sent = house.Agent.Requests.ShouldHaveSingleItem().Headers;
        sent.Values.ShouldNotContain(value);
        sent["bartizan-token"].ShouldBe("token-of-Key-shop");
    }

    [Theory]
    [InlineData("authorization: Bearer KEY\r\nauthorization: Bearer OTHER\r\n")]
    [InlineData("authorization: Bearer KEY\r\nx-api-key: OTHER\r\n")]
    [InlineData("x-api-key: KEY\r\nx-api-key: OTHER\r\n")]
    [InlineData("authorization: Bearer KEY\r\nx-api-key: KEY\r\n")]
    [InlineData("authorization: Basic KEY\r\n")]
    [InlineData("authorization: KEY\r\n")]
    [InlineData("authorization: Bearer KEYx\r\n")]
    [InlineData("authorization: Bearer \r\n")]
    [InlineData("authorization: Bearer KEY, Bearer OTHER\r\n")]
    [InlineData("x-api-key: \r\n")]
    [InlineData("cookie: authorization=KEY\r\n")]
    [InlineData("")]
    public async Task Who_shows_no_one_credential_that_holds_is_nobody(string headers)
    {
        await using var house = await InboundHouse.StartAsync();
        headers = headers
            .Replace("OTHER", InboundHouse.OtherKey, StringComparison.Ordinal)
            .Replace("KEY", InboundHouse.Key, StringComparison.Ordinal);

        var answer = await house.RawAsync($"GET /open/a HTTP/1.1\r\nhost: a\r\n{headers}\r\n");

        answer.ShouldStartWith("HTTP/1.1 401 ");
        house.Agent.Requests.ShouldBeEmpty();
        house.Served.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_is_in_no_entry_and_no_answer_and_not_sent_on()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = async context =>
            await ScriptedUpstream.JsonAsync(context, string.Join(' ', context.Request.Headers.Values));

        using var answer = await house.AskAsync();

        (await answer.Content.ReadAsStringAsync()).ShouldNotContain(InboundHouse.Key);
        foreach (var entry in house.Journal.Entries)
        {
            entry.ToString().ShouldNotContain(InboundHouse.Key);
        }
    }

    [Fact]
    public async Task A_flood_of_strangers_is_counted_and_does_not_fill_the_log()
    {
        await using var house = await InboundHouse.StartAsync(
            serve: "  limits: { per_address: { rate: 100000/min, at_once: 500 } }"
        );

        for (var batch = 0; batch < 8; batch++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await house.AskAsync(key: null)).Dispose()));
        }

        house.Journal.Entries.Count(entry => entry.Kind == EntryKind.Refusal).ShouldBeLessThan(200);
        house.Served.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(40_000, 1)]
    [InlineData(20, 200)]
    public async Task Headers_that_are_too_long_or_too_many_are_not_read(int length, int count)
    {
        await using var house = await InboundHouse.StartAsync();
        var bomb = string.Concat(Enumerable.Range(0, count).Select(i => $"x-{i}: {new string('a', length)}\r\n"));

        var answer = await house.RawAsync(
            $"GET /open/a HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {InboundHouse.Key}\r\n{bomb}\r\n"
        );

        answer.ShouldNotContain(" 200 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bomb_of_cookies_is_refused()
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.SendAsync(
            HttpMethod.Get,
            "/open/a",
            null,
            with: request => request.Headers.TryAddWithoutValidation("cookie", $"a={new string('b', 9000)}")
        );

        ((int)answer.StatusCode).ShouldBe(431);
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_refused()
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.GetAsync($"/open/{new string('a', 2060)}");

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestUriTooLong);
    }

    [Theory]
    [InlineData("content-length: 999999999\r\n\r\n")]
    [InlineData("content-length: 2000000\r\nexpect: 100-continue\r\n\r\n")]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_sent(string rest)
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(
            $"POST /ask HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {InboundHouse.Key}\r\ncontent-type: application/json\r\n{rest}"
        );

        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldNotContain("100 Continue");
    }

    [Fact]
    public async Task A_chunked_body_ends_at_its_limit_whatever_its_chunks_carry()
    {
        await using var house = await InboundHouse.StartAsync(serve: "  limits: { body: 4KiB }");
        var chunk = $"400;{new string('e', 500)}\r\n{new string('a', 0x400)}\r\n";

        var answer = await house.RawAsync(
            $"POST /ask HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {InboundHouse.Key}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                + string.Concat(Enumerable.Repeat(chunk, 8))
                + "0\r\n\r\n"
        );

        answer.ShouldNotContain(" 200 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_who_is_not_known_is_asked_for_a_body()
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(
            "POST /ask HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 401 ");
        answer.ShouldNotContain("100 Continue");
    }

    [Fact]
    public async Task A_head_that_trickles_in_has_its_time()
    {
        await using var house = await InboundHouse.StartAsync(with: options =>
            options with
            {
                HeadersWithin = TimeSpan.FromSeconds(1),
            }
        );

        var answer = await house.RawAsync("GET /open/a HTTP/1.1\r\nhost: a\r\nx-slow: ", TimeSpan.FromSeconds(15));

        answer.ShouldNotContain("<open>");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_trickles_in_has_its_time()
    {
        await using var house = await InboundHouse.StartAsync(with: options =>
            options with
            {
                BodyWithin = TimeSpan.FromSeconds(1),
            }
        );

        var answer = await house.RawAsync(
            $"POST /ask HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {InboundHouse.Key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
            TimeSpan.FromSeconds(15)
        );

        answer.ShouldStartWith("HTTP/1.1 408 ");
        house.Agent.Requests.ShouldBeEmpty();
        house.Served.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connections_of_one_address_are_bounded()
    {
        await using var house = await InboundHouse.StartAsync(with: options =>
            options with
            {
                MaxConnectionsPerAddress = 2,
            }
        );
        using var one = await OpenAsync(house);
        using var two = await OpenAsync(house);

        using var three = await OpenAsync(house);

        (await three.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
        await one.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /open/a HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {InboundHouse.Key}\r\n\r\n"
            )
        );
        (await one.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(1);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("https://app.example.com.evil.example")]
    [InlineData("https://evilapp.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com:8443")]
    [InlineData("https://APP.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com, https://evil.example")]
    [InlineData("https://sub.app.example.com")]
    [InlineData("")]
    public async Task A_page_of_another_origin_calls_nothing(string origin)
    {
        await using var house = await InboundHouse.StartAsync(serve: "  cors: [\"https://app.example.com\"]");

        var preflight = await house.RawAsync(
            $"OPTIONS /ask HTTP/1.1\r\nhost: a\r\norigin: {origin}\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n"
        );
        var asked = await house.RawAsync(
            $"GET /open/a HTTP/1.1\r\nhost: a\r\norigin: {origin}\r\nauthorization: Bearer {InboundHouse.Key}\r\nconnection: close\r\n\r\n"
        );

        preflight.ShouldStartWith("HTTP/1.1 403 ");
        asked.ShouldStartWith("HTTP/1.1 403 ");
        (preflight + asked).ShouldNotContain("access-control", Case.Insensitive);
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Control_a_page_that_is_named_calls_without_credentials_of_the_browser()
    {
        await using var house = await InboundHouse.StartAsync(serve: "  cors: [\"https://app.example.com\"]");

        var preflight = await house.RawAsync(
            "OPTIONS /ask HTTP/1.1\r\nhost: a\r\norigin: https://app.example.com\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n"
        );
        using var asked = await house.SendAsync(
            HttpMethod.Post,
            "/ask",
            "{}",
            with: request => request.Headers.Add("origin", "https://app.example.com")
        );

        preflight.ShouldStartWith("HTTP/1.1 204 ");
        preflight.ShouldContain("access-control-allow-origin: https://app.example.com", Case.Insensitive);
        preflight.ShouldNotContain("allow-credentials", Case.Insensitive);
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
        asked.Headers.GetValues("access-control-allow-origin").ShouldBe(["https://app.example.com"]);
        house.Agent.Requests.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("support.example.com.evil.example")]
    [InlineData("support.example.com@evil.example")]
    [InlineData("127.0.0.1")]
    public async Task A_name_that_is_not_served_leads_nowhere(string host)
    {
        await using var house = await InboundHouse.StartAsync(serve: "  hosts: [support.example.com]");

        var answer = await house.RawAsync(
            $"GET /open/a HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {InboundHouse.Key}\r\nconnection: close\r\n\r\n"
        );

        answer.ShouldNotContain(" 200 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    private static async Task<NetworkStream> OpenAsync(InboundHouse house)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(house.EndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
