using System.Net;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>What passes, passes byte for byte; what was cut stays cut; what happened is in the log.</summary>
public sealed class ForwardingTests : IAsyncLifetime
{
    private const string Claude = """{"model":"claude-test","max_tokens":5,"messages":[]}""";

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

    [Theory]
    [InlineData("/v1/messages?beta=true", "claude-test", "/v1/messages?beta=true", "anthropic/claude-test")]
    [InlineData("/v1/messages/count_tokens", "claude-test", "/v1/messages/count_tokens", "anthropic/claude-test")]
    [InlineData("/v1/chat/completions", "gpt-4o", "/v1/chat/completions", "openai/gpt-4o")]
    [InlineData("/v1/responses", "gpt-5", "/v1/responses", "openai/gpt-5")]
    [InlineData("/v1/embeddings", "text-embedding-3", "/v1/embeddings", "openai/text-embedding-3")]
    public async Task Each_wire_reaches_its_upstream_and_the_body_arrives_unchanged(
        string path,
        string model,
        string arrives,
        string target
    )
    {
        var body = $$"""{ "unknown" : {"a":[1, 2.50]}, "model": "{{model}}" ,"text":"Grüße \u4e16" }""";

        using var answer = await _house.SendAsync(path, body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var request = _upstream.Requests.ShouldHaveSingleItem();
        request.Target.ShouldBe(arrives);
        Encoding.UTF8.GetString(request.Body).ShouldBe(body);
        _house.Journal.Only(EntryKind.Intent).Target.ShouldBe(target);
    }

    [Fact]
    public async Task Unknown_headers_and_repeated_ones_pass_both_ways()
    {
        _upstream.Answer = context =>
        {
            context.Response.Headers["request-id"] = "req_1";
            context.Response.Headers["x-future"] = new(["a", "b"]);
            context.Response.Headers["retry-after"] = "7";
            return ScriptedUpstream.JsonAsync(context, """{"type":"error","error":{"type":"overloaded_error"}}""", 529);
        };

        using var answer = await _house.SendAsync(
            "/v1/messages",
            Claude,
            request =>
            {
                request.Headers.Add("anthropic-beta", ["one-2027", "two-2028"]);
                request.Headers.Add("x-claude-code-session-id", "S-1");
            }
        );

        ((int)answer.StatusCode).ShouldBe(529);
        answer.Headers.GetValues("x-future").ShouldBe(["a", "b"]);
        answer.Headers.GetValues("request-id").ShouldBe(["req_1"]);
        answer.Headers.RetryAfter!.ToString().ShouldBe("7");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"type":"error","error":{"type":"overloaded_error"}}""");
        var headers = _upstream.Requests.Single().Headers;
        headers["x-claude-code-session-id"].ShouldBe("S-1");
        headers["anthropic-beta"].Replace(" ", "", StringComparison.Ordinal).ShouldBe("one-2027,two-2028");
        (await _house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }

    [Fact]
    public async Task The_intent_is_durable_before_the_upstream_hears_of_it()
    {
        var durable = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        _house.Journal.BeforeDurable = _ =>
        {
            asked.TrySetResult();
            return durable.Task;
        };

        var call = _house.SendAsync("/v1/messages", Claude);
        await asked.Task;
        _upstream.Requests.ShouldBeEmpty();
        durable.SetResult();

        using var answer = await call;
        _upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_action_that_cant_be_recorded_never_leaves()
    {
        _house.Journal.BeforeDurable = _ => throw new IOException("no space left on device");

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_passes_as_it_comes_and_its_tool_calls_and_tokens_are_noted()
    {
        string[] pieces =
        [
            "event: message_start\ndata: "
                + """{"type":"message_start","message":{"usage":{"input_tokens":11,"cache_read_input_tokens":4,"output_tokens":1}}}"""
                + "\n\n",
            "event: content_block_start\r\ndata: "
                + """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","name":"Bash","input":{}}}"""
                + "\r\n\r\n: comment\n\n",
            "event: content_block_delta\ndata: "
                + """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"command\":"}}"""
                + "\n\nda",
            "ta: "
                + """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"ls\"}"}}"""
                + "\n\n",
            "event: message_delta\ndata: "
                + """{"type":"message_delta","delta":{},"usage":{"output_tokens":9}}"""
                + "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ];
        _upstream.Answer = context => ScriptedUpstream.StreamAsync(context, pieces);

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        (await answer.Content.ReadAsStringAsync()).ShouldBe(string.Concat(pieces));
        var outcome = await _house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.ToolCalls.ShouldBe(["Bash"]);
        outcome.Usage!.InputTokens.ShouldBe(15);
        outcome.Usage.OutputTokens.ShouldBe(9);
        outcome.Payloads.Select(payload => payload.Role).ShouldBe(["response", "tool_calls"]);
        var call = JsonDocument.Parse(outcome.Payloads[1].Content).RootElement[0];
        call.GetProperty("arguments").GetString().ShouldBe("""{"command":"ls"}""");
    }

    [Fact]
    public async Task Headers_of_a_stream_are_flushed_before_its_first_event()
    {
        var go = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("data: 1\n\n");
        };

        using var answer = await _house.SendAsync("/v1/messages", Claude).WaitAsync(Wait.Long);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        go.SetResult();
        (await answer.Content.ReadAsStringAsync()).ShouldBe("data: 1\n\n");
    }

    [Theory]
    [InlineData("text/event-stream", null)]
    [InlineData("application/json", 1000L)]
    public async Task An_answer_that_is_cut_upstream_stays_visibly_cut(string type, long? length)
    {
        var passed = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = length;
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await passed.Task;
            context.Abort();
        };
        using var answer = await _house.SendAsync("/v1/messages", Claude);
        var body = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        (await body.ReadAsync(piece)).ShouldBe(9);
        passed.SetResult();

        await Should.ThrowAsync<IOException>(async () => (await body.ReadAsync(piece)).ShouldBe(-1));
        (await _house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }

    [Fact]
    public async Task Truncated_json_is_a_bad_gateway_and_not_an_answer()
    {
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, """{"content":[{"text":"half""");

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        json.GetProperty("type").GetString().ShouldBe("error");
    }

    [Fact]
    public async Task The_agents_abort_reaches_the_upstream()
    {
        var aborted = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            await ScriptedUpstream.StreamAsync(context, "data: 1\n\n");
            await aborted.Task;
        };

        var answer = await _house.SendAsync("/v1/messages", Claude);
        answer.Dispose();

        await aborted.Task.WaitAsync(Wait.Long);
        (await _house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cancelled);
    }

    [Fact]
    public async Task An_upstream_that_cant_be_reached_is_a_bad_gateway_in_the_apis_shape()
    {
        await _upstream.DisposeAsync();

        using var answer = await _house.SendAsync("/v1/chat/completions", """{"model":"gpt-4o"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        error.GetProperty("message").GetString().ShouldBe("Bartizan: the upstream `openai` can't be reached.");
    }

    [Fact]
    public async Task A_credential_that_cant_be_had_means_nothing_is_sent()
    {
        _house.CredentialThere = false;

        using var answer = await _house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_has_the_apis_shape_and_names_the_rule_that_is_needed()
    {
        using var answer = await _house.SendAsync("/v1/chat/completions", """{"model":"o9"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.GetValues("x-bartizan-rule").ShouldBe(["allow: model openai/o9"]);
        var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe("permission_error");
        error.GetProperty("rule").GetString().ShouldBe("allow: model openai/o9");
        error
            .GetProperty("message")
            .GetString()
            .ShouldBe(
                "Bartizan refused `model openai/o9`: no rule allows it. It would take the rule `allow: model openai/o9`."
            );
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_quotes_no_rule_that_denies()
    {
        using var answer = await _house.SendAsync("/v1/chat/completions", """{"model":"gpt-secret-1"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.Contains("x-bartizan-rule").ShouldBeFalse();
        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldContain(": one of its rules denies it.\"");
        body.ShouldNotContain("gpt-secret-*");
        _upstream.Requests.ShouldBeEmpty();
        _house.Journal.Only(EntryKind.Refusal).Target.ShouldBe("openai/gpt-secret-1");
    }

    [Fact]
    public async Task The_list_of_models_holds_only_what_may_be_called()
    {
        _upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(
                context,
                """{"object":"list","data":[{"id":"gpt-4o","x":1.50},{"id":"gpt-secret-1"},{"id":"o9"}],"has_more":false}"""
            );

        using var answer = await _house.SendAsync("/v1/models?limit=1000", null);

        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            """{"object":"list","data":[{"id":"gpt-4o","x":1.50}],"has_more":false}"""
        );
        _upstream.Requests.Single().Target.ShouldBe("/v1/models?limit=1000");
    }

    [Fact]
    public async Task A_stored_answer_is_there_for_the_session_that_got_it()
    {
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, """{"id":"resp_1","output":[]}""");
        using var made = await _house.SendAsync("/v1/responses", """{"model":"gpt-5"}""");
        made.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var fetched = await _house.SendAsync("/v1/responses/resp_1", null);

        fetched.StatusCode.ShouldBe(HttpStatusCode.OK);
        _upstream.Requests.Last().Target.ShouldBe("/v1/responses/resp_1");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_compressed_body_is_inspected_and_sent_on_decoded(string encoding)
    {
        var content = new ByteArrayContent(Compress(encoding, Encoding.UTF8.GetBytes(Claude)));
        content.Headers.ContentEncoding.Add(encoding);
        content.Headers.ContentType = new("application/json");

        using var answer = await _house.SendAsync("/v1/messages", "", request => request.Content = content);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var request = _upstream.Requests.Single();
        Encoding.UTF8.GetString(request.Body).ShouldBe(Claude);
        request.Headers.ShouldNotContainKey("content-encoding");
    }

    [Fact]
    public async Task The_root_answers_to_liveness_questions_without_a_token()
    {
        var answer = await _house.SendRawAsync("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task On_the_shared_port_the_token_is_the_identity()
    {
        var to = _house.Gateway.AttachEndpoint;

        using var answer = await _house.SendAsync("/v1/messages", Claude, to: to, token: GatewayUnderTest.OtherToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _house.Journal.Only(EntryKind.Intent).Session.ShouldBe(_house.Other.Id);
    }

    private static byte[] Compress(string encoding, byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (
            Stream encoder = encoding switch
            {
                "gzip" => new System.IO.Compression.GZipStream(buffer, System.IO.Compression.CompressionLevel.Fastest),
                "br" => new System.IO.Compression.BrotliStream(buffer, System.IO.Compression.CompressionLevel.Fastest),
                _ => new System.IO.Compression.ZLibStream(buffer, System.IO.Compression.CompressionLevel.Fastest),
            }
        )
        {
            encoder.Write(bytes);
        }

        return buffer.ToArray();
    }
}
