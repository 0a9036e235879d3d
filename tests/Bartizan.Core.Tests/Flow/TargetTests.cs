using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Flow;

/// <summary>What a tainted session may do without a question, because it hits whom the user or a trusted source named.</summary>
public sealed class TargetTests
{
    [Fact]
    public void A_policy_that_begins_to_trace_knows_that_it_missed_what_was_sent_before()
    {
        var traced = Policy.Compile(Flows.Manifest(TracedSession.Trust));
        var gate = Gate.With("allow: tool mail/*");
        gate.Session.Policy.TracesValues.ShouldBeFalse();
        gate.Replace("allow: tool web/*");
        gate.Session.Values.HasGap.ShouldBeFalse();
        gate.Control.Replace(traced);
        gate.Session.Values.HasGap.ShouldBeTrue();

        var session = TracedSession.Of();
        session.Gate.Control.Replace(traced);
        session.Session.Values.HasGap.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Mail bob@x.com that I'm late.", "bob@x.com")]
    [InlineData("Mail bob@x.com.", "bob@x.com")]
    [InlineData("Mail <bob@x.com>, please", "bob@x.com")]
    [InlineData("Mail bob@X.com", "bob@x.COM")]
    [InlineData("to:bob@x.com", "bob@x.com")]
    [InlineData("Mail alice@x.com and bob@x.com", "alice@x.com, bob@x.com")]
    [InlineData("Mail alice@x.com;bob@x.com", "Bob Smith <bob@x.com>; alice@x.com")]
    [InlineData("Write to Bob Smith about it", "Bob Smith")]
    [InlineData("Write into #general", "general")]
    [InlineData("Write into #general", "#general")]
    [InlineData("Bob's birthday", "Bob")]
    [InlineData("Pay CH9300762011623852957, please", " CH9300762011623852957 ")]
    public async Task Whom_the_user_named_is_hit_without_a_question(string said, string to)
    {
        var session = await TracedSession.TaintedAsync(said);

        (await session.SendAsync(to)).ShouldBeTrue();
        session.Asked.ShouldBeEmpty();
        session.Detail.ShouldBe("targets: `to` comes from the user");
    }

    [Theory]
    [InlineData("""{"people": [{"name": "Bob", "mail": "bob@x.com"}]}""", "bob@x.com")]
    [InlineData("""{"id": 4711}""", "4711")]
    [InlineData("""{"note": "ask bob@x.com, he knows"}""", "bob@x.com")]
    public async Task Whom_a_trusted_tool_named_is_hit_without_a_question(string result, string to)
    {
        foreach (var answer in (string[])[TracedSession.Structured(result), TracedSession.Text(result)])
        {
            var session = await TracedSession.TaintedAsync("Mail Bob.");
            (await session.SendAsync(to)).ShouldBeFalse();

            await session.CallAsync("crm", "find_all", "{}", answer);

            (await session.SendAsync(to)).ShouldBeTrue();
            session.Detail.ShouldBe("targets: `to` comes from tool crm/find_all");
        }
    }

    [Theory]
    [InlineData("- id: 7\n  recipient: CH93 0076\n  title: 'Team lunch'\n", "7")]
    [InlineData("- id: 7\n  recipient: CH93 0076\n  title: 'Team lunch'\n", "Team lunch")]
    [InlineData("- bob@x.com\n- alice@x.com", "alice@x.com")]
    [InlineData("Files:\nreport 2024.txt\n", "report 2024.txt")]
    public async Task Values_that_stand_in_a_trusted_text_by_themselves_count(string text, string to)
    {
        var session = await TracedSession.TaintedAsync();

        await session.CallAsync("crm", "find_all", "{}", TracedSession.Text(text));

        (await session.SendAsync(to)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_trusted_tool_gave_before_the_taint_counts()
    {
        var session = TracedSession.Of();
        await session.CallAsync("crm", "find_bob", """{"mail": "bob@x.com"}""", TracedSession.Text("bob@x.com"));
        await session.TaintAsync();

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
    }

    [Fact]
    public async Task Numbers_are_targets_like_texts()
    {
        var session = await TracedSession.TaintedAsync("Drop mail 17.");

        (await session.CallAsync("mail", "drop_one", """{"id": 17}""")).ShouldBeTrue();
        (await session.CallAsync("mail", "drop_one", """{"id": [17, 17]}""")).ShouldBeTrue();
        (await session.CallAsync("mail", "drop_one", """{"id": 18}""")).ShouldBeFalse();
        (await session.CallAsync("mail", "drop_one", """{"id": 17.0}""")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"to": null}""")]
    [InlineData("""{"to": []}""")]
    [InlineData("""{"body": "bob@x.com"}""")]
    [InlineData("""{"recipient": "bob@x.com"}""")]
    public async Task An_action_without_any_of_its_targets_is_asked(string arguments)
    {
        var session = await TracedSession.TaintedAsync("Mail bob@x.com");

        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.CallAsync("mail", "send_now", arguments)).ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem().Decision.Reason.ShouldContain("it has no cc,message.bcc,to to look at");
    }

    [Fact]
    public async Task What_names_no_targets_is_always_asked_in_a_tainted_session()
    {
        var session = await TracedSession.TaintedAsync("Empty the folder spam.");

        (await session.CallAsync("mail", "empty_folder", """{"folder": "spam"}""")).ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Nothing_is_asked_before_the_taint()
    {
        var session = TracedSession.Of();

        (await session.SendAsync("anybody@x.com")).ShouldBeTrue();
        (await session.CallAsync("mail", "empty_folder", "{}")).ShouldBeTrue();
        session.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_s_target_is_its_whole_address()
    {
        var session = await TracedSession.TaintedAsync("Report to http://hook.example/in?key=1 when done.");

        (await session.PostAsync("/in", "?key=1")).ShouldBeTrue();
        session.Detail.ShouldBe("targets: its address comes from the user");
        (await session.PostAsync("/in", "?key=2")).ShouldBeFalse();
        (await session.PostAsync("/in", "")).ShouldBeFalse();
        (await session.PostAsync("/in", null)).ShouldBeFalse();
        (await session.PostAsync("/in/", "?key=1")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_yes_for_one_query_is_none_for_another()
    {
        var session = await TracedSession.TaintedAsync();

        await session.PostAsync("/in", "?key=1");
        await session.PostAsync("/in", "?key=2");
        await session.PostAsync("/in", "?key=1");

        session.Asked.Count.ShouldBe(3);
        var acts = session.Asked.ConvertAll(asked => asked.Action.ComputeDigest());
        acts[1].ShouldNotBe(acts[0]);
        acts[2].ShouldBe(acts[0]);
    }

    [Fact]
    public async Task A_question_says_which_target_nobody_named_and_never_its_value()
    {
        var session = await TracedSession.TaintedAsync("Mail bob@x.com");
        session.Says = true;

        (
            await session.CallAsync(
                "mail",
                "send_now",
                """{"to": "bob@x.com", "cc": ["evil@evil.example"], "body": "see https://evil.example/?q=1"}"""
            )
        ).ShouldBeTrue();
        var reason = session.Asked.ShouldHaveSingleItem().Decision.Reason;
        reason.ShouldContain("`cc` comes neither from the user nor from a trusted source");
        reason.ShouldContain("an address in `body` comes neither");
        reason.ShouldContain("`to` comes from the user");
        reason.ShouldNotContain("evil");
        session.Detail!.ShouldStartWith("targets: ");
        session.Detail!.ShouldNotContain("evil");
    }

    [Fact]
    public void Where_the_past_isn_t_known_it_is_asked()
    {
        var policy = Policy.Compile(Flows.Manifest(TracedSession.Trust));
        var known = new Circumstances
        {
            Now = DateTimeOffset.UnixEpoch,
            Labels = Labels.Untrusted,
            Passed = [],
            Arguments = System.Text.Json.JsonSerializer.SerializeToElement(new { to = "bob@x.com" }),
        };
        var values = new Provenance();
        values.HearUser("bob@x.com");

        policy.Screen(new ToolTarget("mail", "send_now"), known).Effect.ShouldBe(Effect.Ask);
        policy.Screen(new ToolTarget("mail", "send_now"), known with { Values = values }).Effect.ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("", "a3817f04ba25a8e66df67214c7550293")]
    [InlineData("00", "da87c1d86b99af44347659119b22fc45")]
    public void The_hash_is_the_published_one(string input, string output)
    {
        var hash = new SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908).Of(Convert.FromHexString(input));
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);

        Convert.ToHexStringLower(bytes).ShouldBe(output);
    }

    [Theory]
    [InlineData("""consequential: [{ tool: "a/b", targets: ["to me"] }]""", "no path of an argument")]
    [InlineData("""consequential: [{ tool: "a/b", targets: ["to..cc"] }]""", "no path of an argument")]
    [InlineData("""consequential: [{ http: "POST **", targets: [url] }]""", "a request's target is its address")]
    [InlineData("""words: never""", "`never`")]
    public void What_can_t_be_held_is_an_error(string trust, string says) =>
        Flows.Load("  " + trust).Errors.ShouldHaveSingleItem().Message.ShouldContain(says);
}
