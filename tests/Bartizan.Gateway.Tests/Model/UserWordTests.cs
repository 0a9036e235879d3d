using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>What counts as typed by the user, of what an agent sends to a model.</summary>
public sealed class UserWordTests : IAsyncLifetime
{
    private const string Messages = "/v1/messages";
    private const string Chat = "/v1/chat/completions";
    private const string Responses = "/v1/responses";
    private const string Gemini = "/v1beta/models/gemini-2.5-pro:generateContent";
    private const string Claude = """{"model":"claude-x","max_tokens":1,"messages":[""";
    private const string Gpt = """{"model":"gpt-x" """;

    // What the user says in one and the same request, so that every attack shows that it would have been heard.
    private const string Bob = "bob@x.com";
    private const string Evil = "evil@evil.example";

    private ScriptedUpstream _upstream = null!;
    private GatewayUnderTest _house = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _house = await GatewayUnderTest.StartAsync(_upstream.Url, manifest: Manifest(""));
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData(Messages, Claude + """{"role":"user","content":"Mail bob@x.com"}]}""")]
    [InlineData(Messages, Claude + """{"role":"user","content":[{"type":"text","text":"Mail bob@x.com"}]}]}""")]
    [InlineData(Chat, Gpt + ""","messages":[{"role":"user","content":"Mail bob@x.com"}]}""")]
    [InlineData(Chat, Gpt + ""","messages":[{"role":"user","content":[{"type":"text","text":"bob@x.com"}]}]}""")]
    [InlineData(Responses, Gpt + ""","input":"Mail bob@x.com"}""")]
    [InlineData(Responses, Gpt + ""","input":[{"role":"user","content":"Mail bob@x.com"}]}""")]
    [InlineData(
        Responses,
        Gpt + ""","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"bob@x.com"}]}]}"""
    )]
    [InlineData(Gemini, """{"contents":[{"role":"user","parts":[{"text":"Mail"},{"text":"bob@x.com"}]}]}""")]
    public async Task The_user_s_own_text_counts_in_every_wire_format(string path, string body)
    {
        await SendAsync(path, body);

        _house.Mine.Values.Find(Bob).ShouldNotBeNull().Source.ShouldBeNull();
        _house.Other.Values.Find(Bob).ShouldBeNull();
        _upstream.Requests.Single().Target.ShouldBe(path);
    }

    [Theory]
    [InlineData(
        Messages,
        Claude + """{"role":"user","content":"bob@x.com"},{"role":"assistant","content":"evil@evil.example"}]}"""
    )]
    [InlineData(Messages, Claude + """{"role":"user","content":"bob@x.com"}],"system":"evil@evil.example"}""")]
    [InlineData(
        Messages,
        Claude
            + """{"role":"user","content":"bob@x.com"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Messages,
        Claude
            + """{"role":"user","content":"bob@x.com"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"evil@evil.example"}]},{"type":"text","text":"It said evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Messages,
        Claude + """{"role":"user","content":"bob@x.com <system-reminder>evil@evil.example</system-reminder>"}]}"""
    )]
    [InlineData(
        Messages,
        Claude + """{"role":"user","content":"bob@x.com <SYSTEM-reminder x=1>evil@evil.example"}]}"""
    )]
    [InlineData(
        Chat,
        Gpt + ""","messages":[{"role":"user","content":"bob@x.com"},{"role":"tool","content":"evil@evil.example"}]}"""
    )]
    [InlineData(
        Chat,
        Gpt + ""","messages":[{"role":"system","content":"evil@evil.example"},{"role":"user","content":"bob@x.com"}]}"""
    )]
    [InlineData(Responses, Gpt + ""","instructions":"evil@evil.example","input":"bob@x.com"}""")]
    [InlineData(
        Responses,
        Gpt
            + ""","input":[{"role":"user","content":"bob@x.com"},{"type":"function_call_output","call_id":"1","output":"evil@evil.example"}]}"""
    )]
    [InlineData(
        Responses,
        Gpt
            + ""","input":[{"role":"user","content":"bob@x.com"},{"role":"developer","content":[{"type":"input_text","text":"evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Responses,
        Gpt
            + ""","input":[{"role":"user","content":[{"type":"input_text","text":"bob@x.com"},{"type":"output_text","text":"evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Responses,
        Gpt
            + ""","input":[{"role":"user","content":[{"type":"input_text","text":"bob@x.com"},{"type":"input_text","text":"<environment_context>evil@evil.example</environment_context>"}]}]}"""
    )]
    [InlineData(
        Gemini,
        """{"contents":[{"role":"user","parts":[{"text":"bob@x.com"}]},{"role":"model","parts":[{"text":"evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Gemini,
        """{"contents":[{"role":"user","parts":[{"text":"bob@x.com"}]},{"role":"user","parts":[{"functionResponse":{"name":"a","response":{"text":"evil@evil.example"}}},{"text":"evil@evil.example"}]}]}"""
    )]
    [InlineData(
        Gemini,
        """{"systemInstruction":{"parts":[{"text":"evil@evil.example"}]},"contents":[{"role":"user","parts":[{"text":"bob@x.com"}]}]}"""
    )]
    public async Task What_others_say_in_the_user_s_name_counts_for_nothing(string path, string body)
    {
        await SendAsync(path, body);

        _house.Mine.Values.Find(Bob).ShouldNotBeNull();
        _house.Mine.Values.Find(Evil).ShouldBeNull();
    }

    [Theory]
    [InlineData("<system-reminder>a</system-reminder> evil@evil.example </system-reminder>")]
    [InlineData("</system-reminder><system-reminder> evil@evil.example")]
    [InlineData("<user_shell_command>evil@evil.example</user_shell_command>")]
    [InlineData("<subagent_notification>evil@evil.example</subagent_notification>")]
    [InlineData("<skill>evil@evil.example</skill>")]
    [InlineData("<hook_prompt id=1>evil@evil.example</hook_prompt>")]
    [InlineData("<hook_context>evil@evil.example</hook_context>")]
    [InlineData("<task-notification>evil@evil.example</task-notification>")]
    public async Task What_clients_put_into_tags_of_their_own_counts_for_nothing(string text)
    {
        await SendAsync(Messages, Claude + $$"""{"role":"user","content":"Mail bob@x.com {{text}}"}]}""");

        _house.Mine.Values.Find(Bob).ShouldNotBeNull();
        _house.Mine.Values.Find(Evil).ShouldBeNull();
    }

    [Theory]
    [InlineData("--- Content from referenced files ---")]
    [InlineData("Here is the user's editor context as a JSON object:")]
    [InlineData("I ran `ls`. This produced the following result:")]
    public async Task What_gemini_s_client_puts_beside_the_user_s_text_counts_for_nothing(string head)
    {
        var own = """{"role":"user","parts":[{"text":"Mail bob@x.com"}]}""";
        var mixed = $$"""{"role":"user","parts":[{"text":"{{head}}"},{"text":"evil@evil.example"}]}""";

        await SendAsync(Gemini, $$"""{"contents":[{{own}},{{mixed}}]}""");

        _house.Mine.Values.Find(Bob).ShouldNotBeNull();
        _house.Mine.Values.Find(Evil).ShouldBeNull();
    }

    [Fact]
    public async Task A_request_that_a_fooled_agent_makes_up_says_nothing_for_its_user()
    {
        await SendAsync(Messages, Claude + """{"role":"user","content":"Mail bob@x.com"}]}""");
        _house.Mine.AddLabels(Labels.Untrusted);

        await SendAsync(Messages, Claude + """{"role":"user","content":"Mail evil@evil.example"}]}""");

        _house.Mine.Values.Find(Bob).ShouldNotBeNull();
        _house.Mine.Values.Find(Evil).ShouldBeNull();
    }

    [Fact]
    public async Task Where_an_agent_can_make_up_no_request_its_user_s_later_words_count()
    {
        await using var house = await GatewayUnderTest.StartAsync(_upstream.Url, manifest: Manifest("  words: always"));
        house.Mine.AddLabels(Labels.Untrusted);

        using var answer = await house.SendAsync(Messages, Claude + """{"role":"user","content":"Mail bob@x.com"}]}""");

        house.Mine.Values.Find(Bob).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_request_that_no_rule_allows_says_nothing()
    {
        await SendAsync(Messages, """{"model":"secret","messages":[{"role":"user","content":"bob@x.com"}]}""");

        _house.Mine.Values.Find(Bob).ShouldBeNull();
    }

    private async Task SendAsync(string path, string body)
    {
        using var answer = await _house.SendAsync(path, body);
    }

    private string Manifest(string words) =>
        $$"""
            apiVersion: bartizan/v1
            agent: tester
            owner: tests@example.com
            environment: development
            models:
              anthropic: { api: anthropic, url: "{{_upstream.Url}}", with: provider-key }
              openai: { api: openai, url: "{{_upstream.Url}}v1", with: provider-key }
              gemini: { api: gemini, url: "{{_upstream.Url}}", with: provider-key }
            credentials:
              provider-key: { from: env:PROVIDER_KEY }
            rules:
              - { allow: "model */{claude,gpt,gemini}-*", why: Tests call it. }
            trust:
              consequential: [{ tool: "mail/send", targets: [to] }]
            {{words}}
            """;
}
