using System.Net;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>Money and tokens at the model gateway: reserved by the request, held while the answer streams, settled by its usage.</summary>
public sealed class BudgetTests : IAsyncLifetime
{
    private const string End =
        "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":7}}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    private ScriptedUpstream _upstream = null!;
    private GatewayUnderTest? _house;

    public async ValueTask InitializeAsync() => _upstream = await ScriptedUpstream.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_house is not null)
        {
            await _house.DisposeAsync();
        }

        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task The_intent_records_the_worst_case_and_the_outcome_what_was_used()
    {
        var house = await OpenAsync("session: { model_tokens: 100k, usd: 5 }");
        _upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(
                context,
                """{"id":"a","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":20}}"""
            );
        var body = Claude("claude-haiku-4-5", 1000);

        using var answer = await house.SendAsync("/v1/messages", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var reserved = house.Journal.Only(EntryKind.Intent).Spend!;
        reserved.Tokens.ShouldBe(body.Length + 256 + 1000);
        reserved.MicroDollars.ShouldBe(((body.Length + 256) * 2) + (1000 * 5));
        var spent = (await house.Journal.OutcomeAsync()).Spend!;
        spent.Tokens.ShouldBe(130);
        spent.MicroDollars.ShouldBe(10 + (100 / 10) + (20 * 5));
        _upstream.Requests.Single().Body.ShouldBe(Encoding.UTF8.GetBytes(body));
    }

    [Theory]
    [InlineData("/v1/messages", "claude-haiku-4-5", "max_tokens")]
    [InlineData("/v1/chat/completions", "gpt-5-mini", "max_completion_tokens")]
    [InlineData("/v1/responses", "gpt-5-mini", "max_output_tokens")]
    public async Task A_request_may_ask_for_no_more_than_is_left(string path, string model, string key)
    {
        var house = await OpenAsync("session: { model_tokens: 1000 }");
        var body = $$"""{"model":"{{model}}","{{key}}":999999,"x":{"{{key}}":5} }""";

        using var answer = await house.SendAsync(path, body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var sent = JsonDocument.Parse(_upstream.Requests.Single().Body);
        sent.RootElement.GetProperty(key).GetInt64().ShouldBe(1000 - body.Length - 256);
        sent.RootElement.GetProperty("x").GetProperty(key).GetInt64().ShouldBe(5);
    }

    [Fact]
    public async Task A_request_without_a_limit_gets_one_when_less_is_left_than_the_model_could_write()
    {
        var house = await OpenAsync("session: { model_tokens: 1000 }");
        const string Body = """{"model":"gpt-5-mini","input":"hello"}""";

        using var answer = await house.SendAsync("/v1/responses", Body);

        var most = 1000 - Body.Length - 256;
        Encoding
            .UTF8.GetString(_upstream.Requests.Single().Body)
            .ShouldBe($$"""{"max_output_tokens":{{most}},"model":"gpt-5-mini","input":"hello"}""");
    }

    [Theory]
    [InlineData("content_block_delta", 300)]
    [InlineData("content_block_delta", 17)]
    public async Task A_stream_that_outgrows_its_reservation_is_cut_within_one_chunk(string type, int most)
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");
        var sent = 0;
        _upstream.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested && sent < 10_000)
            {
                sent++;
                await ScriptedUpstream.StreamAsync(
                    context,
                    $"data: {{\"type\":\"{type}\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"word \"}}}}\n\n"
                );
            }
        };

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-haiku-4-5", most, stream: true));
        var (text, whole) = await ReadAsync(answer);

        whole.ShouldBeTrue();
        text.ShouldContain("\"message\":\"Bartizan: the answer is longer than what the budget had reserved for it.\"");
        text.Split("text_delta").Length.ShouldBeLessThanOrEqualTo(most + 1);
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Cut);
        outcome.Detail!.ShouldContain("longer than what the budget had reserved");
        outcome.Spend!.Tokens.ShouldBe(house.Journal.Only(EntryKind.Intent).Spend!.Tokens);
    }

    [Fact]
    public async Task A_stream_within_its_reservation_passes_whole_and_gives_the_rest_back()
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");
        _upstream.Answer = context =>
            ScriptedUpstream.StreamAsync(
                context,
                "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n",
                "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}\n\n",
                End
            );

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-haiku-4-5", 50, stream: true));
        var (text, whole) = await ReadAsync(answer);

        whole.ShouldBeTrue();
        text.ShouldEndWith(End);
        (await house.Journal.OutcomeAsync()).Spend!.Tokens.ShouldBe(16);
    }

    [Fact]
    public async Task A_stream_that_ends_before_its_usage_costs_what_was_reserved()
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");
        _upstream.Answer = context =>
            ScriptedUpstream.StreamAsync(
                context,
                "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n"
            );

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-haiku-4-5", 5000, stream: true));
        await ReadAsync(answer);

        (await house.Journal.OutcomeAsync()).Spend!.Tokens.ShouldBeGreaterThan(5000);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    [InlineData(529)]
    public async Task What_the_provider_refuses_costs_no_tokens(int status)
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, """{"type":"error"}""", status);

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-haiku-4-5", 5000));

        ((int)answer.StatusCode).ShouldBe(status);
        (await house.Journal.OutcomeAsync()).Spend!.Tokens.ShouldBe(0);
    }

    [Fact]
    public async Task A_spent_budget_answers_403_and_says_which()
    {
        var house = await OpenAsync("day: { usd: 0.001 }");

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-opus-5", 5000));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("budgets.day.usd\\u0060 is 0.001 USD");
        _upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rate_answers_429_with_retry_after()
    {
        var house = await OpenAsync("rate: { model: 1/min }");
        (await house.SendAsync("/v1/messages", Claude("claude-any", 10))).Dispose();

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-any", 10));

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
    }

    [Theory]
    [InlineData("\"5\"")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999999")]
    [InlineData("true")]
    [InlineData("5,\"max_tokens\":6")]
    [InlineData("5,\"Max_Tokens\":6")]
    [InlineData("5,\"m\\u0061x_tokens\":6")]
    public async Task A_limit_that_can_be_read_in_two_ways_is_refused(string limit)
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");

        using var answer = await house.SendAsync(
            "/v1/messages",
            $$"""{"model":"claude-haiku-4-5","max_tokens":{{limit}},"messages":[]}"""
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(
        """{"model":"gpt-5-mini","input":"x","max_output_tokens":20,"previous_response_id":"resp_1"}""",
        400_000
    )]
    [InlineData(
        """{"model":"gpt-5-mini","max_output_tokens":20,"input":[{"content":[{"type":"input_file","file_id":"f"}]}]}""",
        400_000
    )]
    [InlineData(
        """{"model":"gpt-5-mini","max_output_tokens":20,"input":"x","tools":[{"type":"web_search"}]}""",
        400_000
    )]
    [InlineData(
        """{"model":"gpt-5-mini","max_output_tokens":20,"input":"x","tools":[{"type":"function","parameters":{"type":"object"}}]}""",
        4096
    )]
    [InlineData(
        """{"model":"gpt-5-mini","max_output_tokens":20,"input":[{"content":[{"type":"input_image","image_url":"data:,"}]}]}""",
        16_384
    )]
    public async Task What_the_request_does_not_hold_is_reserved_all_the_same(string body, int least)
    {
        var house = await OpenAsync("session: { model_tokens: 1M }");

        using var answer = await house.SendAsync("/v1/responses", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        house.Journal.Only(EntryKind.Intent).Spend!.Tokens.ShouldBeInRange(least, least + 1000);
    }

    [Fact]
    public async Task Many_answers_are_reserved_many_times()
    {
        var house = await OpenAsync("session: { model_tokens: 100k }");

        using var answer = await house.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt-5-mini","n":8,"max_tokens":1000}"""
        );

        house.Journal.Only(EntryKind.Intent).Spend!.Tokens.ShouldBeGreaterThan(8000);
    }

    [Fact]
    public async Task Bytes_of_an_answer_end_with_the_budget()
    {
        var house = await OpenAsync("session: { bytes: 2KiB }");
        _upstream.Answer = context => ScriptedUpstream.JsonAsync(context, $$"""{"x":"{{new string('x', 100_000)}}"}""");

        using var answer = await house.SendAsync("/v1/messages", Claude("claude-any", 10));
        var (text, _) = await ReadAsync(answer);

        text.Length.ShouldBeLessThanOrEqualTo(2048);
        (await house.Journal.OutcomeAsync()).Detail!.ShouldStartWith("`budgets.session.bytes` is used up");
    }

    private static string Claude(string model, int most, bool stream = false) =>
        $$"""{"model":"{{model}}","max_tokens":{{most}},"stream":{{(stream ? "true" : "false")}},"messages":[]}""";

    private static async Task<(string Text, bool Whole)> ReadAsync(HttpResponseMessage answer)
    {
        var text = new StringBuilder();
        var piece = new byte[4096];
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync();
            for (int n; (n = await body.ReadAsync(piece)) > 0; )
            {
                text.Append(Encoding.UTF8.GetString(piece, 0, n));
            }

            return (text.ToString(), true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (text.ToString(), false);
        }
    }

    private async Task<GatewayUnderTest> OpenAsync(string budgets) =>
        _house = await GatewayUnderTest.StartAsync(
            _upstream.Url,
            manifest: GatewayUnderTest.Manifest(_upstream.Url) + $"\nbudgets:\n  {budgets}\n"
        );
}
