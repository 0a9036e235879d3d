using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Flow;

/// <summary>What has read private and untrusted content sends nothing outside but to whom its user named.</summary>
public sealed class OutsideTests
{
    private const string Trust = """
          untrusted: ["tool web/*"]
          private: ["tool crm/find_secret*"]
          consequential:
            - { tool: "mail/send_*", targets: [to], outside: true }
            - { tool: "mail/note_*", targets: [to] }
            - { tool: "mail/spread_*", outside: true }
            - { http: "POST **" }
            - { http: "PUT **", outside: false }
        """;

    [Fact]
    public async Task A_trusted_source_is_not_enough_for_what_goes_outside()
    {
        var session = await ReadAsync(TracedSession.Structured("""["alice@x.com", "secret"]"""));
        session.Says = true;

        (await session.SendAsync("alice@x.com")).ShouldBeFalse();
        session.Asked.ShouldBeEmpty();
        var refusal = session.Gate.Journal.Of(EntryKind.Refusal).Last();
        refusal.Reason!.ShouldContain("`to` comes from tool crm/find_secrets and not from the user");
        refusal.Rules[0].Layer.ShouldBe("trust");
        (await session.SendAsync("bob@x.com")).ShouldBeTrue();
        (await session.SendAsync("bob@x.com, alice@x.com")).ShouldBeFalse();
        (await session.SendAsync("alice@x.com, bob@x.com")).ShouldBeFalse();
        (await session.SendAsync("evil@evil.example")).ShouldBeFalse();
        session.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_stays_inside_is_asked_as_ever()
    {
        var session = await ReadAsync(TracedSession.Structured("""["alice@x.com"]"""));

        (await session.CallAsync("mail", "note_now", """{"to": "alice@x.com"}""")).ShouldBeTrue();
        (await session.CallAsync("mail", "note_now", """{"to": "evil@x.com"}""")).ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_names_no_targets_doesn_t_go_outside_at_all()
    {
        var session = await ReadAsync(TracedSession.Text("nothing"));
        session.Says = true;

        (await session.CallAsync("mail", "spread_it", """{"text": "secret"}""")).ShouldBeFalse();
        session.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_go_outside_unless_the_manifest_says_otherwise()
    {
        var session = await ReadAsync(TracedSession.Structured("""{"url": "http://hook.example/listed"}"""));
        session.Says = true;

        (await session.PostAsync("/listed")).ShouldBeFalse();
        (await session.PostAsync("/typed")).ShouldBeTrue();
        (await session.PostAsync("/typed", "?and=more")).ShouldBeFalse();
        session.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Labels.None, Effect.Allow)]
    [InlineData(Labels.Private, Effect.Allow)]
    [InlineData(Labels.Untrusted, Effect.Ask)]
    [InlineData(Labels.Untrusted | Labels.Private, Effect.Deny)]
    public void It_takes_both_labels(Labels labels, Effect effect)
    {
        var policy = Policy.Compile(Flows.Manifest(Trust));
        var known = new Circumstances
        {
            Now = DateTimeOffset.UnixEpoch,
            Labels = labels,
            Passed = [],
        };

        policy.Screen(new ToolTarget("mail", "send_now"), known).Effect.ShouldBe(effect);
        policy.Screen(new ToolTarget("mail", "send_now"), known with { Labels = null }).Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData("targets: [to], outside: true", "targets: [to], outside: true", 0)]
    [InlineData("targets: [to], outside: true", "outside: true", 0)]
    [InlineData("targets: [to]", "targets: [to], outside: true", 0)]
    [InlineData("targets: [to], outside: true", "targets: [to]", 1)]
    [InlineData("outside: true", "targets: [to], outside: true", 1)]
    [InlineData("targets: [to]", "outside: true", 0)]
    public void What_refuses_less_is_no_narrower(string second, string first, int excesses)
    {
        static string With(string said) => $$"""  consequential: [{ tool: "mail/send_*", {{said}} }]""";
        var found = NarrowingProof
            .Of(Flows.Manifest(With(first)), Flows.Manifest(With(second)), DateTimeOffset.UnixEpoch)
            .Excesses.Length;

        Math.Min(found, 1).ShouldBe(excesses);
    }

    private static async Task<TracedSession> ReadAsync(string answer)
    {
        var session = TracedSession.Of(Trust);
        session.Session.Values.HearUser("Tell bob@x.com, and http://hook.example/typed");
        await session.TaintAsync();
        await session.CallAsync("crm", "find_secrets", "{}", answer);
        session.Session.Labels.ShouldBe(Labels.Untrusted | Labels.Private);
        return session;
    }
}
