using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Model.Attacks;

/// <summary>A hostile agent at the model gateway. In each case the upstream's own count says whether anything left.</summary>
public sealed class ModelGatewayAttacks : IAsyncLifetime
{
    private const string Claude = """{"model":"claude-test","messages":[]}""";
    private const string Head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: " + GatewayUnderTest.Token;

    private ScriptedUpstream _upstream = null!;
    private GatewayUnderTest _house = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _house = await GatewayUnderTest.StartAsync(_upstream.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task The_token_of_another_session_is_worth_nothing_on_an_injected_listener()
    {
        using var answer = await _house.SendAsync("/v1/messages", Claude, token: GatewayUnderTest.OtherToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _upstream.Requests.ShouldBeEmpty();
        _house.Journal.Only(EntryKind.Refusal).Session.ShouldBe(_house.Mine.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk-guess")]
    public async Task No_token_and_a_guessed_one_are_turned_away_on_the_shared_port(string token)
    {
        using var answer = await _house.SendAsync(
            "/v1/messages",
            Claude,
            request =>
                request.Headers.Remove("x-api-key").Equals(request.Headers.TryAddWithoutValidation("x-api-key", token)),
            _house.Gateway.AttachEndpoint
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1/messages", Claude, "x-api-key")]
    [InlineData("/v1/chat/completions", """{"model":"gpt-4o","messages":[]}""", "authorization")]
    public async Task A_key_that_the_upstream_gives_back_reaches_neither_the_agent_nor_the_log(
        string path,
        string body,
        string field
    )
    {
        _upstream.Answer = context =>
        {
            var key = context.Request.Headers[field].ToString();
            context.Response.Headers["x-echo"] = $"you sent {key}";
            context.Response.Headers["x-other"] = "passes";
            return ScriptedUpstream.JsonAsync(context, "{\"error\":{\"message\":\"bad key " + key + "!\"}}", 401);
        };

        using var answer = await _house.SendAsync(path, body);

        _upstream.Requests.Count.ShouldBe(1);
        answer.Headers.Contains("x-echo").ShouldBeFalse();
        answer.Headers.Contains("x-other").ShouldBeTrue();
        var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        said.ShouldContain("bad key ");
        said.ShouldContain(new string('*', GatewayUnderTest.ProviderKey.Length) + "!");
        answer.ToString().ShouldNotContain(GatewayUnderTest.ProviderKey);
        said.ShouldNotContain(GatewayUnderTest.ProviderKey);
    }

    [Fact]
    public async Task Two_tokens_of_different_sessions_are_no_token()
    {
        using var answer = await _house.SendAsync(
            "/v1/messages",
            Claude,
            request => request.Headers.Add("authorization", "Bearer " + GatewayUnderTest.OtherToken)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o","model":"gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o","mod\u0065l":"gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o","Model":"gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o","\u004dodel":"gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o","models":["gpt-secret-1"]}""")]
    [InlineData("""{"model":["gpt-secret-1"]}""")]
    [InlineData("""{"model":"gpt-4o\u0000gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o gpt-secret-1"}""")]
    [InlineData("""{"messages":[{"model":"gpt-4o"}]}""")]
    [InlineData("""[{"model":"gpt-4o"}]""")]
    [InlineData("""{"model":"gpt-4o"} {"model":"gpt-secret-1"}""")]
    [InlineData("""{"model":"gpt-4o",}""")]
    [InlineData("""{"model":"gpt-4o"/*,*/}""")]
    [InlineData("""{"model":""}""")]
    [InlineData("")]
    public async Task A_body_that_two_readers_could_read_differently_is_refused(string body)
    {
        using var answer = await _house.SendAsync("/v1/chat/completions", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_escaped_model_is_decided_by_what_it_means()
    {
        using var answer = await _house.SendAsync("/v1/chat/completions", """{"model":"gpt-\u0073ecret-1"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("POST http://evil.example/v1/messages HTTP/1.1\r\nHost: evil.example")]
    [InlineData("POST /v1/messages/../chat/completions HTTP/1.1\r\nHost: x")]
    [InlineData("POST /v1/messages/%2e%2e/x HTTP/1.1\r\nHost: x")]
    [InlineData("POST //v1/messages HTTP/1.1\r\nHost: x")]
    [InlineData("POST /v1/messages/ HTTP/1.1\r\nHost: x")]
    [InlineData("POST /v1/%6dessages HTTP/1.1\r\nHost: x")]
    [InlineData("POST /v1/messages;x=1 HTTP/1.1\r\nHost: x")]
    [InlineData("POST /V1/messages HTTP/1.1\r\nHost: x")]
    [InlineData("GET /v1/models/../../admin HTTP/1.1\r\nHost: x")]
    [InlineData("GET /v1/responses/a/../../admin HTTP/1.1\r\nHost: x")]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443")]
    [InlineData("DELETE /v1/messages HTTP/1.1\r\nHost: x")]
    public async Task A_path_that_isnt_exactly_one_of_the_wires_does_not_exist(string head)
    {
        var answer = await _house.SendRawAsync(
            $"{head}\r\nx-api-key: {GatewayUnderTest.Token}\r\nConnection: close\r\nContent-Length: {Claude.Length}\r\n\r\n{Claude}"
        );

        answer.ShouldMatch("^HTTP/1.1 40[0-9]");
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_with_two_lengths_is_refused_and_its_tail_is_no_request()
    {
        var smuggled = $"{Head}\r\nContent-Length: {Claude.Length}\r\n\r\n{Claude}";

        var answer = await _house.SendRawAsync(
            $"{Head}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
        );

        answer.ShouldStartWith("HTTP/1.1 400");
        answer.Split("HTTP/1.1 ").Length.ShouldBe(2);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_host_header_chooses_nothing()
    {
        var answer = await _house.SendRawAsync(
            $"POST /v1/messages HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
                + $"x-api-key: {GatewayUnderTest.Token}\r\nConnection: close\r\n"
                + $"Content-Length: {Claude.Length}\r\n\r\n{Claude}"
        );

        answer.ShouldStartWith("HTTP/1.1 200");
        var request = _upstream.Requests.Single();
        request.Headers["host"].ShouldBe(_upstream.Url.Authority);
        request.Headers.ShouldNotContainKey("x-forwarded-host");
    }

    [Fact]
    public async Task The_agents_keys_cookies_and_token_leak_under_no_name()
    {
        using var answer = await _house.SendAsync(
            "/v1/messages",
            Claude,
            request =>
            {
                request.Headers.Add("authorization", "Bearer " + GatewayUnderTest.Token);
                request.Headers.Add("cookie", "a=b");
                request.Headers.Add("x-goog-api-key", "sk-agent");
                request.Headers.Add("api-key", "sk-agent");
                request.Headers.Add("proxy-authorization", "Basic sk-agent");
                request.Headers.Add("x-other", "v " + GatewayUnderTest.Token);
                request.Headers.Add("x-hop", "sk-agent");
                request.Headers.Add("connection", "x-hop");
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var headers = _upstream.Requests.Single().Headers;
        headers["x-api-key"].ShouldBe(GatewayUnderTest.ProviderKey);
        var all = string.Join('\n', headers.Select(header => $"{header.Key}: {header.Value}"));
        all.ShouldNotContain(GatewayUnderTest.Token);
        all.ShouldNotContain("sk-agent");
        all.ShouldNotContain("a=b");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_key()
    {
        await using var elsewhere = await ScriptedUpstream.StartAsync();
        _upstream.Answer = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = elsewhere.Url + "v1/messages";
            return Task.CompletedTask;
        };

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upstreams_cookies_and_forged_rule_header_stay_here()
    {
        _upstream.Answer = context =>
        {
            context.Response.Headers.SetCookie = "a=b";
            context.Response.Headers.AltSvc = "h3=\":443\"";
            context.Response.Headers["x-bartizan-rule"] = "allow: everything";
            return ScriptedUpstream.JsonAsync(context, "{}");
        };

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        answer.Headers.Select(header => header.Key).ShouldNotContain("Set-Cookie");
        answer.Headers.Select(header => header.Key).ShouldNotContain("Alt-Svc");
        answer.Headers.Select(header => header.Key).ShouldNotContain("x-bartizan-rule");
    }

    [Fact]
    public async Task A_stored_answer_of_another_session_is_not_there()
    {
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, """{"id":"resp_1","output":[]}""");
        using var made = await _house.SendAsync("/v1/responses", """{"model":"gpt-5"}""");

        using var stolen = await _house.SendAsync(
            "/v1/responses/resp_1",
            null,
            to: _house.Gateway.AttachEndpoint,
            token: GatewayUnderTest.OtherToken
        );

        stolen.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_above_the_bound_is_refused_announced_or_not()
    {
        await using var small = await GatewayUnderTest.StartAsync(
            _upstream.Url,
            new ModelGatewayOptions { MaxRequestBytes = 1000 }
        );
        var body = $$"""{"model":"claude-test","x":"{{new string('x', 2000)}}"}""";

        using var announced = await small.SendAsync("/v1/messages", body);
        using var chunked = await small.SendAsync("/v1/messages", body, r => r.Headers.TransferEncodingChunked = true);

        announced.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        chunked.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_small_body_that_swells_when_decoded_is_refused()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(new byte[64 << 20]);
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentEncoding.Add("gzip");

        using var answer = await _house.SendAsync("/v1/messages", "", request => request.Content = content);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    public async Task A_coding_that_cant_be_inspected_is_refused(string encoding)
    {
        using var answer = await _house.SendAsync(
            "/v1/messages",
            Claude,
            request => request.Content!.Headers.TryAddWithoutValidation("content-encoding", encoding)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_a_stream_cuts_it_though_nothing_more_comes()
    {
        var aborted = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            await ScriptedUpstream.StreamAsync(context, "data: 1\n\n");
            await aborted.Task;
        };
        using var answer = await _house.SendAsync("/v1/messages", Claude);
        var body = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        (await body.ReadAsync(piece)).ShouldBeGreaterThan(0);

        var cut = Should.ThrowAsync<IOException>(async () => (await body.ReadAsync(piece)).ShouldBe(0));
        _house.MineControl.End().ShouldBeTrue();
        await cut.WaitAsync(Wait.Long);
        await aborted.Task.WaitAsync(Wait.Long);
        (await _house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task Closing_a_listener_drops_its_live_connections_and_takes_no_more()
    {
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await idle.ConnectAsync(_house.EndPoint);
        await idle.SendAsync("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var buffer = new byte[1000];
        (await idle.ReceiveAsync(buffer)).ShouldBeGreaterThan(0);

        _house.Listener.Dispose();

        var ended = 0;
        try
        {
            ended = await idle.ReceiveAsync(buffer).WaitAsync(Wait.Long);
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        ended.ShouldBe(0);
        await Should.ThrowAsync<HttpRequestException>(_house.SendAsync("/v1/messages", Claude));
    }

    [Fact]
    public async Task More_requests_at_once_than_the_bound_are_told_to_wait()
    {
        await using var narrow = await GatewayUnderTest.StartAsync(
            _upstream.Url,
            new ModelGatewayOptions { MaxRequestsInFlight = 1 }
        );
        var go = new TaskCompletionSource();
        var there = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            there.TrySetResult();
            await go.Task;
            await ScriptedUpstream.JsonAsync(context, "{}");
        };
        var first = narrow.SendAsync("/v1/messages", Claude);
        await there.Task;

        using var second = await narrow.SendAsync("/v1/messages", Claude);
        go.SetResult();
        using var done = await first;

        ((int)second.StatusCode).ShouldBe(429);
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
