using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Redactions;

/// <summary>Requests to a model without what a manifest keeps from models.</summary>
public sealed class RequestRedactionTests
{
    private const string Redact = "{ model: { personal_data: redact, secrets: redact } }";
    private const string Restore = "{ model: { personal_data: redact, secrets: redact, restore: true } }";
    private const string Mail = "carla.gomez@gomez-bank.com";
    private const string Token = "AKIAQ3EGV7ZTM2XWPLRD";

    // Of each format: everything that is text holds the address, everything that isn't holds `keep…@gomez-bank.com`.
    private static readonly Dictionary<string, string> s_formats = new(StringComparer.Ordinal)
    {
        ["anthropic"] = """
            { "model": "claude-1", "max_tokens": 1.50, "metadata": {"user_id": "u of MAIL"},
              "system": [{"type":"text","text":"You work for MAIL.","cache_control":{"type":"ephemeral"}}],
              "tools": [{"name":"find","description":"like keep1@gomez-bank.com","input_schema":{"type":"object","pattern":"keep2@gomez-bank.com"}}],
              "messages": [
                {"role":"user","content":"I am MAIL"},
                {"role":"assistant","content":[
                  {"type":"thinking","thinking":"about keep3@gomez-bank.com","signature":"keep4@gomez-bank.com"},
                  {"type":"redacted_thinking","data":"keep5@gomez-bank.com"},
                  {"type":"text","text":"Hello MAIL"},
                  {"type":"tool_use","id":"keep6@gomez-bank.com","name":"find","input":{"to":"MAIL","id":"MAIL","deep":[{"type":"MAIL"}]}}]},
                {"role":"user","content":[
                  {"type":"tool_result","tool_use_id":"keep6@gomez-bank.com","content":[{"type":"text","text":"found MAIL"},
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"keep7@gomez-bank.com"}},
                    {"type":"document","source":{"type":"text","media_type":"text/plain","data":"page of MAIL"},"title":"MAIL"}]},
                  {"type":"web_search_tool_result","tool_use_id":"s","content":[{"encrypted_content":"keep8@gomez-bank.com","title":"keep9@gomez-bank.com"}]}]}
              ] }
            """,
        ["chat"] = """
            { "model": "gpt-5", "user": "MAIL", "messages": [
                {"role":"system","content":"You work for MAIL."},
                {"role":"user","content":[{"type":"text","text":"I am MAIL"},{"type":"image_url","image_url":{"url":"https://keep1@gomez-bank.com/a.png"}}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"keep2@gomez-bank.com","type":"function","function":
                  {"name":"find","arguments":"{\"to\":\"MAIL\",\"id\":[\"MAIL\"]}"}}]},
                {"role":"tool","tool_call_id":"keep2@gomez-bank.com","content":"found MAIL"}],
              "response_format": {"type":"json_schema","json_schema":{"name":"a","schema":{"pattern":"keep3@gomez-bank.com"}}},
              "tools": [{"type":"function","function":{"name":"find","description":"like keep4@gomez-bank.com"}}] }
            """,
        ["responses"] = """
            { "model": "gpt-5", "instructions": "You work for MAIL.", "input": [
                {"role":"user","content":[{"type":"input_text","text":"I am MAIL"},{"type":"input_image","image_url":"https://keep1@gomez-bank.com/a.png"}]},
                {"type":"reasoning","id":"keep2@gomez-bank.com","summary":[{"type":"summary_text","text":"keep3@gomez-bank.com"}],"encrypted_content":"keep4@gomez-bank.com"},
                {"type":"function_call","call_id":"c","name":"find","arguments":"{\"to\":\"MAIL\"}"},
                {"type":"function_call_output","call_id":"c","output":"found MAIL"},
                {"type":"custom_tool_call","call_id":"d","name":"run","input":"mail MAIL"},
                {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello MAIL"}]}],
              "text": {"format":{"type":"json_schema","schema":{"pattern":"keep5@gomez-bank.com"}}} }
            """,
        ["gemini"] = """
            { "systemInstruction": {"parts":[{"text":"You work for MAIL."}]}, "contents": [
                {"role":"user","parts":[{"text":"I am MAIL"},{"inlineData":{"mimeType":"image/png","data":"keep1@gomez-bank.com"}}]},
                {"role":"model","parts":[{"text":"about keep2@gomez-bank.com","thought":true,"thoughtSignature":"keep3@gomez-bank.com"},
                  {"functionCall":{"name":"find","args":{"to":"MAIL"}}}]},
                {"role":"user","parts":[{"functionResponse":{"name":"find","response":{"result":"found MAIL","rows":[{"name":"MAIL"}]}}}]}],
              "tools": [{"functionDeclarations":[{"name":"find","description":"like keep4@gomez-bank.com"}]}] }
            """,
    };

    public static TheoryData<string> Formats => [.. s_formats.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task All_that_is_text_is_without_it_and_everything_else_stays_byte_for_byte(string format)
    {
        var request = s_formats[format].Replace("MAIL", Mail, StringComparison.Ordinal);
        var report = await new House(Redact).ModelAsync(request);

        report.Strictest.ShouldBe(Effect.Allow);
        Sent(report).ShouldBe(s_formats[format].Replace("MAIL", "[email-1]", StringComparison.Ordinal));
        var count = request.Split(Mail).Length - 1;
        report.Verdicts.ShouldContain($"personal_data/1 to model 0.90 of 0.75 redact ({count} email)");
        string.Join('\n', report.Verdicts).ShouldNotContain("carla");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_request_without_any_is_sent_as_it_is(string format)
    {
        var report = await new House(Redact).ModelAsync(s_formats[format]);

        report.Strictest.ShouldBe(Effect.Allow);
        report.Sent.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task The_same_value_has_the_same_name_in_every_turn_and_another_session_gives_its_own()
    {
        var house = new House(Redact);

        Sent(await house.ModelAsync(Asking($"{Mail} and bo@bo-b.org"))).ShouldContain("[email-1] and [email-2]");
        Sent(await house.ModelAsync(Asking($"bo@bo-b.org, cy@cy-c.org, {Mail}")))
            .ShouldContain("[email-2], [email-3], [email-1]");
        Sent(await new House(Redact).ModelAsync(Asking("bo@bo-b.org"))).ShouldContain("[email-1]");
    }

    [Fact]
    public async Task What_came_back_goes_out_again_as_its_placeholder_though_nothing_tells_what_it_is_any_more()
    {
        var house = new House(Restore);
        Sent(await house.ModelAsync(Asking("Authorization: Bearer kX9wPq2LmN7vRt4z")))
            .ShouldContain("[authorization-1]");

        // Restored in an answer, and in the conversation from then on: without the word before it no detector knows it.
        var sent = Sent(
            await house.ModelAsync(
                """
                {"messages":[{"role":"assistant","content":[{"type":"text","text":"I took kX9wPq2LmN7vRt4z for it."},
                {"type":"tool_use","id":"t","name":"login","input":{"with":"kX9wPq2LmN7vRt4z"}}]}]}
                """
            )
        );

        sent.ShouldNotContain("kX9wPq2LmN7vRt4z");
        sent.Split("[authorization-1]").Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"input":[1,2,3]}""")]
    [InlineData("""{"input":[[1,2],[3]]}""")]
    [InlineData("""{"prompt":[1,2,3]}""")]
    public async Task Numbers_of_tokens_are_refused(string body) =>
        (await new House(Redact).ModelAsync(body)).Strictest.ShouldBe(Core.Enforcement.Effect.Deny);

    [Fact]
    public async Task A_text_of_more_than_can_be_taken_out_goes_out_as_one_placeholder()
    {
        var many = string.Join(' ', Enumerable.Range(0, 6000).Select(at => $"a{at}@shop{at}.test"));

        var report = await new House(Redact).ModelAsync(Asking($"to {many}"));

        report.Strictest.ShouldBe(Core.Enforcement.Effect.Allow);
        Sent(report).ShouldNotContain("@shop");
        Sent(report).ShouldContain("\"content\":\"[data");
    }

    [Fact]
    public async Task Variables_of_a_stored_prompt_are_texts_whatever_they_are_called() =>
        Sent(
                await new House(Redact).ModelAsync(
                    """{"prompt":{"id":"p","variables":{"name":"MAIL","customer_id":"MAIL"}}}""".Replace(
                        "MAIL",
                        Mail,
                        StringComparison.Ordinal
                    )
                )
            )
            .ShouldNotContain(Mail);

    [Fact]
    public async Task What_only_looks_like_a_placeholder_is_taken_out_like_a_value_where_values_come_back()
    {
        var house = new House(Restore);

        var sent = Sent(await house.ModelAsync(Asking($"{Mail} says [email-1] and [email-99], not [utf-8] or [a-1]")));

        sent.ShouldContain("[email-1] says [literal-1] and [literal-2], not [utf-8] or [a-1]");
        Sent(await house.ModelAsync(Asking("[literal-1]"))).ShouldContain("[literal-3]");
        (await new House(Redact).ModelAsync(Asking("[email-1]"))).Sent.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Numbers_and_names_in_what_a_tool_was_called_with_are_data_too()
    {
        var sent = Sent(
            await new House(Redact).ModelAsync(
                """
                {"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"card\":4111111111111111,\"n\":12}"}}]},
                {"role":"assistant","content":[{"type":"tool_use","input":{"bo@bo-b.org":{"card":4111111111111111}}}]}]}
                """
            )
        );

        var messages = JsonNode.Parse(sent)!["messages"]!;
        JsonNode
            .Parse((string)messages[0]!["tool_calls"]![0]!["function"]!["arguments"]!)!
            .ToJsonString()
            .ShouldBe("""{"card":"[payment-card-1]","n":12}""");
        messages[1]!["content"]![0]!["input"]!.ToJsonString().ShouldBe("""{"[email-1]":{"card":"[payment-card-1]"}}""");
    }

    [Fact]
    public async Task However_many_there_are_all_are_taken_out()
    {
        var many = string.Join('\n', Enumerable.Range(0, 700).Select(i => $"p{i}@gomez-bank.com;{i}"));

        var report = await new House(Redact).ModelAsync(Asking(many));

        report.Strictest.ShouldBe(Effect.Allow);
        Sent(report).ShouldNotContain("@");
        report.Verdicts.ShouldContain(verdict => verdict.Contains("700 email", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("carla.gomez%40gomez-bank.com")]
    [InlineData("carla.gomez&#64;gomez-bank.com")]
    [InlineData("carla.gomez\u200b@gomez-bank.com")]
    [InlineData("Y2FybGEuZ29tZXpAZ29tZXotYmFuay5jb20")]
    [InlineData("ｃａｒｌａ.gomez＠gomez-bank.com")]
    public async Task In_disguise_it_is_taken_out_whole(string disguised)
    {
        var report = await new House(Redact).ModelAsync(Asking($"write to {disguised} now"));

        report.Strictest.ShouldBe(Effect.Allow);
        Sent(report).ShouldContain("write to [email-1] now");
    }

    [Fact]
    public async Task A_secret_of_the_sessions_own_is_taken_out_and_has_no_name_that_could_come_back()
    {
        var house = new House(Restore, "wq8-Zr5-plum-Kx2-orchid-77");

        var report = await house.ModelAsync(Asking("use wq8-Zr5-plum-Kx2-orchid-77 please"));

        report.Strictest.ShouldBe(Effect.Allow);
        Sent(report).ShouldContain("use [credential] please");
    }

    [Theory]
    [InlineData("{ model: { personal_data: block } }", Mail, Effect.Deny)]
    [InlineData("{ model: { personal_data: report } }", Mail, Effect.Allow)]
    [InlineData("{ model: { secrets: block } }", Token, Effect.Deny)]
    [InlineData("{ model: { personal_data: redact, secrets: block } }", $"{Mail} {Token}", Effect.Deny)]
    [InlineData("{ model: { internals: block } }", "see http://10.20.30.40/", Effect.Deny)]
    [InlineData("{ model: { internals: block } }", Mail, Effect.Allow)]
    [InlineData("{ output: { secrets: block }, model: { secrets: redact } }", Token, Effect.Allow)]
    [InlineData("{ output: { secrets: redact }, model: { personal_data: redact } }", $"{Mail} {Token}", Effect.Deny)]
    public async Task What_else_a_manifest_says_is_done(string guards, string text, Effect effect)
    {
        var report = await new House(guards).ModelAsync(Asking(text));

        report.Strictest.ShouldBe(effect);
        report.Verdicts.ShouldContain(verdict => verdict.Contains("to model", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_nobody_can_read_is_refused()
    {
        var report = await new House(Redact).ModelAsync("""{"messages":[{"role":"user","content":"\ud800"}]}""");

        report.Strictest.ShouldBe(Effect.Deny);
    }

    private static string Asking(string text) =>
        JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = text } } });

    private static string Sent(GuardReport report) => Encoding.UTF8.GetString(report.Sent.Span);
}
