using System.Globalization;
using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Tests.Model.Deciding;

/// <summary>What a client finds of the tool calls in a model's answer once they were decided.</summary>
public sealed class DecidedAnswerTests
{
    private static readonly (string, string) s_good = ("bash", """{"command":"git status -s && ls src"}""");
    private static readonly (string, string) s_bad = ("bash", """{"command":"git status && rm -r src"}""");
    private static readonly (string, string) s_file = ("read", """{"filePath":"/workspace/a.txt"}""");

    public static TheoryData<string> Paths => [Wires.Anthropic, Wires.Chat, Wires.Responses];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stream_whose_calls_are_granted_passes_byte_for_byte_however_it_is_cut(string path)
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires.Stream(path, s_good, s_file, ("todowrite", "{}"));

        foreach (var size in (int[])[1, 2, 3, 7, 64, 1000, int.MaxValue])
        {
            (await house.StreamAsync(path, stream, size)).ShouldBe(stream);
        }

        house.Granted.ShouldContain("git status -s");
        house.Refused.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_refused_call_of_several_is_replaced_by_what_was_refused_and_why(string path)
    {
        await using var house = await DecidedHouse.StartAsync();

        var (calls, text, end) = Wires.Read(
            path,
            await house.StreamAsync(path, Wires.Stream(path, s_bad, s_good, ("evil", "{}"), s_file), 11)
        );

        calls.ShouldBe([$"{s_good.Item1} {s_good.Item2}", $"{s_file.Item1} {s_file.Item2}"]);
        text.ShouldStartWith("Hello");
        text.ShouldContain("Bartizan refused `exec");
        text.ShouldContain("evil");
        end.ShouldBe(
            path == Wires.Anthropic ? "tool_use"
            : path == Wires.Chat ? "tool_calls"
            : "message,message,function_call,message,function_call"
        );
        house.Refused.Count.ShouldBe(2);
        house.Granted.Count.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_answer_of_which_no_call_is_left_has_ended_its_turn(string path)
    {
        await using var house = await DecidedHouse.StartAsync();

        var (calls, text, end) = Wires.Read(path, await house.StreamAsync(path, Wires.Stream(path, s_bad)));

        calls.ShouldBeEmpty();
        text.ShouldContain("Bartizan refused");
        end.ShouldBe(
            path == Wires.Anthropic ? "end_turn"
            : path == Wires.Chat ? "stop"
            : "message,message"
        );
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_body_is_decided_as_a_stream_is_and_has_its_right_length(string path)
    {
        await using var house = await DecidedHouse.StartAsync();
        var whole = Wires.Body(path, s_good, s_file);
        (await house.BodyAsync(path, whole)).ShouldBe(whole);

        var answer = await house.BodyAsync(path, Wires.Body(path, s_bad, s_good));

        answer.ShouldContain("Bartizan refused");
        answer.ShouldNotContain("rm -r src\\");
        JsonNode.Parse(answer)!.ToJsonString().ShouldContain("git status -s");
        house.Refused.Count.ShouldBe(1);

        var ended = await house.BodyAsync(path, Wires.Body(path, s_bad));
        ended.ShouldNotContain("tool_use");
        ended.ShouldNotContain("tool_calls");
        ended.ShouldNotContain("function_call");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_call_whose_rule_keeps_only_fields_is_let_go_only_where_the_tool_gateway_keeps_them(string path)
    {
        const string Rule = "  - allow: tool kept/get\n    keep: [id]\n    why: The rest is private.\n";
        await using var outside = await DecidedHouse.StartAsync(manifest: url => GatewayUnderTest.Manifest(url, Rule));
        await using var behind = await DecidedHouse.StartAsync(manifest: url =>
            GatewayUnderTest.Manifest(url, $"{Rule}servers:\n  kept: {{ url: \"{url}mcp\" }}\n")
        );
        var stream = Wires.Stream(path, ("mcp__kept__get", "{}"));

        var (calls, text, _) = Wires.Read(path, await outside.StreamAsync(path, stream));

        calls.ShouldBeEmpty();
        text.ShouldContain("its rule keeps only fields of the result");
        (await behind.StreamAsync(path, stream)).ShouldBe(stream);
    }

    [Fact]
    public async Task The_events_of_a_responses_stream_are_numbered_without_a_gap()
    {
        await using var house = await DecidedHouse.StartAsync();

        var answer = await house.StreamAsync(Wires.Responses, Wires.Stream(Wires.Responses, s_bad, s_good), 100);

        var numbers = answer
            .Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line[6..])!["sequence_number"]!.GetValue<int>())
            .ToList();
        numbers.ShouldBe(Enumerable.Range(0, numbers.Count));
    }

    [Fact]
    public async Task Text_streams_on_while_a_call_is_held()
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires.Stream(Wires.Anthropic, s_good);
        var cut = stream.IndexOf(
            "event: content_block_stop",
            stream.IndexOf("tool_use", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        var more = new TaskCompletionSource();
        house.Upstream.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, stream[..cut]);
            await more.Task;
            await ScriptedUpstream.StreamAsync(context, stream[cut..]);
        };
        using var answer = await house.House.SendAsync(Wires.Anthropic, """{"model":"claude-test"}""");
        var body = await answer.Content.ReadAsStreamAsync();

        var before = stream[
            ..stream.IndexOf(
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1",
                StringComparison.Ordinal
            )
        ];
        var seen = new byte[before.Length];
        await body.ReadExactlyAsync(seen);
        System.Text.Encoding.UTF8.GetString(seen).ShouldBe(before);

        more.SetResult();
        using var rest = new StreamReader(body);
        (before + await rest.ReadToEndAsync()).ShouldBe(stream);
    }

    [Fact]
    public async Task Codex_is_told_of_a_refused_patch_shell_and_server_alike()
    {
        await using var house = await DecidedHouse.StartAsync("codex");
        var body = """
            {"id":"resp_1","output":[
              {"id":"a","type":"custom_tool_call","name":"apply_patch","input":"*** Begin Patch\n*** Update File: /workspace/src/a.cs\n*** End Patch"},
              {"id":"b","type":"custom_tool_call","name":"apply_patch","input":"*** Begin Patch\n*** Update File: /etc/passwd\n*** End Patch"},
              {"id":"c","type":"local_shell_call","action":{"type":"exec","command":["ls"],"working_directory":"/workspace"}},
              {"id":"d","type":"local_shell_call","action":{"type":"exec","command":["rm","a"]}},
              {"id":"e","type":"function_call","name":"find_customer","namespace":"mcp__crm__","arguments":"{\"region\":\"eu\"}"},
              {"id":"f","type":"function_call","name":"find_customer","namespace":"mcp__crm__","arguments":"{\"region\":\"us\"}"},
              {"id":"g","type":"web_search_call","action":{"type":"search","query":"x"}}]}
            """;

        var output = JsonNode.Parse(await house.BodyAsync(Wires.Responses, body))!["output"]!.AsArray();

        string.Join(' ', output.Select(item => item!["id"]!.GetValue<string>())).ShouldBe("a msg_b c msg_d e msg_f g");
        house.Granted.ShouldBe(["workspace/src/a.cs", "ls", "crm/find_customer"]);
    }

    [Fact]
    public async Task A_call_is_an_intent_and_an_outcome_of_its_own_beside_the_models()
    {
        await using var house = await DecidedHouse.StartAsync();

        await house.BodyAsync(Wires.Chat, Wires.Body(Wires.Chat, s_good));

        var intent = house.House.Journal.Entries.Single(e =>
            e is { Kind: Core.Entries.EntryKind.Intent, Point: "answer" }
        );
        house.House.Journal.Entries.ShouldContain(e =>
            e.Kind == Core.Entries.EntryKind.Outcome && e.Passage == intent.Passage
        );
        intent.Passage.ToString(CultureInfo.InvariantCulture).ShouldNotBe("0");
    }

    [Fact]
    public async Task An_error_of_the_upstream_passes_as_it_is()
    {
        await using var house = await DecidedHouse.StartAsync();
        house.Upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(context, "{\"error\":{\"message\":\"slow down\"}}", 429);

        (await house.ReadAsync(Wires.Chat)).ShouldBe("{\"error\":{\"message\":\"slow down\"}}" + DecidedHouse.Cut);
    }

    [Fact]
    public async Task A_call_that_a_person_is_asked_about_holds_the_stream_and_is_told_refused_when_nobody_answers()
    {
        await using var house = await DecidedHouse.StartAsync(manifest: url =>
            GatewayUnderTest.Manifest(
                url,
                "  - ask: exec ls **\n    why: A person looks.\n  - allow: exec git status **\n    why: Looks."
            )
        );

        var (calls, text, _) = Wires.Read(
            Wires.Chat,
            await house.StreamAsync(Wires.Chat, Wires.Stream(Wires.Chat, ("bash", """{"command":"ls"}""")))
        );

        calls.ShouldBeEmpty();
        text.ShouldContain("Bartizan refused `exec ls`");
    }
}
