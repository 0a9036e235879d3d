using System.Net;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tests.Model.Deciding;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>The Gemini wire: the model in the path, the key in its own header, calls and tokens in the log.</summary>
public sealed class GeminiTests : IAsyncLifetime
{
    private const string Generate = "/v1beta/models/gemini-2.5-pro:generateContent";
    private const string Stream = "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
    private const string Body = """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";

    private const string Answer =
        """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"},{"functionCall":{"name":"run_shell_command","args":{"command":"ls"}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3,"thoughtsTokenCount":5,"cachedContentTokenCount":2}}""";

    private ScriptedUpstream _upstream = null!;
    private GatewayUnderTest _house = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _house = await GatewayUnderTest.StartAsync(_upstream.Url, manifest: Manifest(_upstream.Url));
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_call_goes_to_the_model_of_its_path_with_the_key_in_its_own_header()
    {
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, Answer);

        using var answer = await SendAsync(_house, Generate, Body);

        (await answer.Content.ReadAsStringAsync()).ShouldBe(Answer);
        var received = _upstream.Requests.Single();
        received.Target.ShouldBe(Generate);
        received.Headers["x-goog-api-key"].ShouldBe(GatewayUnderTest.ProviderKey);
        received.Headers.ShouldNotContainKey("authorization");
        _house.Journal.Only(EntryKind.Intent).Target.ShouldBe("gemini/gemini-2.5-pro");
        var outcome = await _house.Journal.OutcomeAsync();
        outcome.Usage!.InputTokens.ShouldBe(7);
        outcome.Usage.OutputTokens.ShouldBe(8);
        outcome.Usage.CacheReadTokens.ShouldBe(2);
        outcome.Usage.IsCounted.ShouldBeTrue();
        outcome.ToolCalls.ShouldBe(["run_shell_command"]);
    }

    [Fact]
    public async Task A_stream_passes_as_it_comes()
    {
        _upstream.Answer = context => ScriptedUpstream.StreamAsync(context, $"data: {Answer}\r\n\r\n");

        using var answer = await SendAsync(_house, Stream, Body);

        (await answer.Content.ReadAsStringAsync()).ShouldBe($"data: {Answer}\r\n\r\n");
        (await _house.Journal.OutcomeAsync()).Usage!.OutputTokens.ShouldBe(8);
    }

    [Theory]
    [InlineData("/v1beta/models/gemini-2.5-pro:countTokens", Body)]
    [InlineData(
        "/v1beta/models/gemini-2.5-pro:countTokens",
        """{"generateContentRequest":{"model":"models/gemini-2.5-pro","contents":[]}}"""
    )]
    [InlineData(
        "/v1beta/models/gemini-embed:embedContent",
        """{"model":"models/gemini-embed","content":{"parts":[]}}"""
    )]
    [InlineData(
        "/v1beta/models/gemini-embed:batchEmbedContents",
        """{"requests":[{"model":"models/gemini-embed","content":{"parts":[]}}]}"""
    )]
    public async Task Counting_and_embedding_are_calls_of_the_model_too(string path, string body)
    {
        using var answer = await SendAsync(_house, path, body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _house.Journal.Only(EntryKind.Intent).Verb.ShouldBe(Verb.Model);
    }

    [Fact]
    public async Task A_list_holds_only_what_may_be_called()
    {
        _upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(
                context,
                """{"models":[{"name":"models/gemini-2.5-pro"},{"name":"models/secret-1"}],"nextPageToken":"x"}"""
            );

        using var answer = await SendAsync(_house, "/v1beta/models?pageSize=50", null);

        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            """{"models":[{"name":"models/gemini-2.5-pro"}],"nextPageToken":"x"}"""
        );
    }

    [Fact]
    public async Task A_refusal_has_the_shape_that_googles_clients_read()
    {
        using var answer = await SendAsync(_house, "/v1beta/models/secret-1:generateContent", Body);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
        error["status"]!.GetValue<string>().ShouldBe("PERMISSION_DENIED");
        error["message"]!.GetValue<string>().ShouldContain("model gemini/secret-1");
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1beta/models/gemini-2.5-pro:generateContent?key=abc")]
    [InlineData("/v1beta/models/gemini-2.5-pro:generateContent?$httpMethod=DELETE")]
    [InlineData("/v1beta/models/gemini-2.5-pro:generateContent?%24alt=sse")]
    [InlineData("/v1beta/models/gemini-2.5-pro:streamGenerateContent")]
    [InlineData("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&key=abc")]
    [InlineData("/v1beta/models/gemini-2.5-pro/../secret-1:generateContent")]
    [InlineData("/v1beta/models/gemini-2.5-pro%3AgenerateContent")]
    [InlineData("/v1beta/models/gemini-2.5-pro:predict")]
    [InlineData("/v1beta/models/gemini-2.5-pro:x:generateContent")]
    [InlineData("/v1beta/cachedContents")]
    [InlineData("/v1beta/tunedModels/x:generateContent")]
    public async Task What_is_no_path_of_the_wire_does_not_exist(string path)
    {
        using var answer = await SendAsync(_house, path, Body);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"model":"models/secret-1","contents":[]}""")]
    [InlineData("""{"Model":"secret-1","contents":[]}""")]
    [InlineData("""{"generateContentRequest":{"model":"models/secret-1"}}""")]
    [InlineData("""{"requests":[{"model":"models/secret-1"}]}""")]
    [InlineData("""{"contents":[],"cachedContent":"cachedContents/of-another"}""")]
    [InlineData("""{"contents":[],"cached_content":"cachedContents/of-another"}""")]
    [InlineData("""{"contents":[]""")]
    [InlineData("[]")]
    public async Task A_body_that_says_otherwise_than_its_path_is_refused(string body)
    {
        using var answer = await SendAsync(_house, Generate, body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Headers_that_would_make_another_request_of_it_stay_here()
    {
        using var answer = await SendAsync(
            _house,
            Generate,
            Body,
            request => request.Headers.Add("X-HTTP-Method-Override", "DELETE")
        );

        _upstream.Requests.Single().Headers.ShouldNotContainKey("x-http-method-override");
    }

    [Fact]
    public async Task Another_sessions_token_in_the_second_header_is_no_token()
    {
        using var answer = await SendAsync(
            _house,
            Generate,
            Body,
            request => request.Headers.Add("x-api-key", GatewayUnderTest.OtherToken)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"contents":[]}""", """{"generationConfig":{"maxOutputTokens":100},"contents":[]}""")]
    [InlineData(
        """{"contents":[],"generationConfig":{}}""",
        """{"contents":[],"generationConfig":{"maxOutputTokens":100}}"""
    )]
    [InlineData(
        """{"contents":[],"generation_config":{"max_output_tokens": 5000,"x":1}}""",
        """{"contents":[],"generation_config":{"max_output_tokens": 100,"x":1}}"""
    )]
    [InlineData(
        """{"contents":[],"generationConfig":{"maxOutputTokens":7}}""",
        """{"contents":[],"generationConfig":{"maxOutputTokens":7}}"""
    )]
    public void A_limit_is_lowered_or_put_in_its_place(string body, string capped)
    {
        var bounds = Gateway.Model.Spending.RequestBounds.TryRead(
            Generate,
            System.Text.Encoding.UTF8.GetBytes(body),
            out _
        );

        System
            .Text.Encoding.UTF8.GetString(bounds!.Cap(System.Text.Encoding.UTF8.GetBytes(body), 100)!)
            .ShouldBe(capped);
    }

    [Theory]
    [InlineData("""{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}}""")]
    [InlineData("""{"generationConfig":{"maxOutputTokens":1},"generation_config":{}}""")]
    [InlineData("""{"generationConfig":null}""")]
    [InlineData("""{"generationConfig":{"candidateCount":1000}}""")]
    [InlineData("""{"generationConfig":{"maxOutputTokens":"9"}}""")]
    public void A_limit_that_can_be_read_in_two_ways_is_refused_here_too(string body) =>
        Gateway
            .Model.Spending.RequestBounds.TryRead(Generate, System.Text.Encoding.UTF8.GetBytes(body), out var problem)
            .ShouldBeNull(problem);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_are_decided_before_the_client_sees_them(bool streams)
    {
        await using var decided = await DecidedHouse.StartAsync("gemini", Manifest);
        var bad = Answer.Replace("\"ls\"", "\"rm -r src\"", StringComparison.Ordinal);

        foreach (var (answer, isGranted) in ((string, bool)[])[(Answer, true), (bad, false)])
        {
            decided.Upstream.Answer = context =>
                streams
                    ? ScriptedUpstream.StreamAsync(context, $"data: {answer}\n\n")
                    : ScriptedUpstream.JsonAsync(context, answer);
            using var response = await SendAsync(decided.House, streams ? Stream : Generate, Body);
            var text = await response.Content.ReadAsStringAsync();
            if (isGranted)
            {
                text.ShouldBe(streams ? $"data: {answer}\n\n" : answer);
                continue;
            }

            text.ShouldNotContain("functionCall");
            var parts = JsonNode.Parse(streams ? text.Trim()[6..] : text)!["candidates"]![0]!["content"]!["parts"]!;
            parts[1]!["text"]!.GetValue<string>().ShouldContain("Bartizan refused");
        }

        decided.Granted.ShouldBe(["ls"]);
    }

    [Theory]
    [InlineData("""{"function_call":{"name":"run_shell_command","args":{"command":"rm -r src"}}}""")]
    [InlineData("""{"FunctionCall":{"name":"run_shell_command","args":{"command":"rm -r src"}}}""")]
    [InlineData("""{"text":"x","toolCall":{"name":"run_shell_command","args":{"command":"rm -r src"}}}""")]
    [InlineData("""{"functionCall":{"name":"run_shell_command","args":{"command":"ls"},"partialArgs":[]}}""")]
    [InlineData("""{"functionCall":{"name":"run_shell_command","args":{"command":"ls"},"Name":"x"}}""")]
    [InlineData("""{"functionCall":{"name":"run_shell_command","args":{"command":"ls"}},"functionCall":{}}""")]
    public async Task A_call_that_is_hidden_in_a_part_never_passes(string part)
    {
        await using var decided = await DecidedHouse.StartAsync("gemini", Manifest);
        decided.Upstream.Answer = context =>
            ScriptedUpstream.StreamAsync(
                context,
                $"data: {{\"candidates\":[{{\"content\":{{\"parts\":[{part}]}}}}]}}\n\n"
            );
        var text = "";
        try
        {
            using var answer = await SendAsync(decided.House, Stream, Body);
            text = await answer.Content.ReadAsStringAsync();
            ((int)answer.StatusCode).ShouldBeGreaterThan(400);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            text.ShouldBeEmpty();
        }

        text.ShouldNotContain("run_shell_command");
        decided.Granted.ShouldBeEmpty();
    }

    private static string Manifest(Uri upstream) =>
        $$"""
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            models:
              gemini: { api: gemini, url: "{{upstream}}", with: provider-key }
            credentials:
              provider-key: { from: env:PROVIDER_KEY }
            rules:
              - allow: model gemini/gemini-*
                why: Tests call it.
              - allow: exec ls **
                why: It looks around.
            """;

    private static Task<HttpResponseMessage> SendAsync(
        GatewayUnderTest house,
        string path,
        string? body,
        Action<HttpRequestMessage>? with = null
    ) =>
        house.SendAsync(
            path,
            body,
            request =>
            {
                request.RequestUri = new Uri(
                    $"http://{house.EndPoint}{path}",
                    new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
                );
                request.Headers.Remove("x-api-key");
                request.Headers.Add("x-goog-api-key", GatewayUnderTest.Token);
                with?.Invoke(request);
            }
        );
}
