using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Flow;

/// <summary>What taints a session, and what a tainted session may no longer do alone.</summary>
public sealed class FlowTests
{
    private const string Mail = """
          untrusted: ["tool web/*", "http GET **"]
          private: ["tool crm/*"]
          consequential:
            - { tool: "mail/send_*", targets: [to] }
            - { http: "POST **" }
        """;

    private readonly List<ApprovalRequest> _asked = [];

    [Fact]
    public async Task What_is_consequential_is_asked_once_the_session_has_read_something_untrusted()
    {
        var gate = GateOf(Mail);

        (await GrantedAsync(gate, new ToolTarget("mail", "send_now"))).ShouldBeTrue();
        _asked.ShouldBeEmpty();
        (await GrantedAsync(gate, new ToolTarget("web", "fetch"))).ShouldBeTrue();
        gate.Session.Labels.ShouldBe(Labels.Untrusted);
        (await GrantedAsync(gate, new ToolTarget("mail", "list"))).ShouldBeTrue();
        _asked.ShouldBeEmpty();
        (await GrantedAsync(gate, new ToolTarget("mail", "send_now"))).ShouldBeTrue();
        _asked.ShouldHaveSingleItem().Decision.Reason.ShouldContain("read something untrusted");
        gate.Journal.Of(EntryKind.Intent).Last().Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task The_taint_is_there_before_the_untrusted_call_leaves_and_stays_whatever_becomes_of_it()
    {
        var gate = GateOf(Mail);
        await using (var passage = await gate.Monitor.RequestAsync(gate.ActionFor(new ToolTarget("web", "a")), default))
        {
            gate.Session.Labels.ShouldBe(Labels.Untrusted);
            await passage.CompleteAsync(new Outcome(OutcomeKind.Failed));
        }

        gate.Session.Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task A_call_that_was_refused_taints_nothing()
    {
        var gate = GateOf("""  untrusted: ["tool **"]""");

        (await GrantedAsync(gate, new ToolTarget("shell", "run"))).ShouldBeFalse();
        gate.Session.Labels.ShouldBe(Labels.None);
    }

    [Fact]
    public async Task What_a_person_refuses_doesn_t_leave()
    {
        var gate = GateOf(Mail);
        gate.OnAsk = (request, _) => Task.FromResult(new Approval(false, request.Digest, "alice", null));
        (await GrantedAsync(gate, new ToolTarget("web", "fetch"))).ShouldBeTrue();

        (await GrantedAsync(gate, new ToolTarget("mail", "send_now"))).ShouldBeFalse();
        (await GrantedAsync(gate, Http("POST", "hook.example", "/in"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tunnel_may_hold_a_consequential_request_and_counts_as_one()
    {
        var gate = GateOf(Mail);
        (await GrantedAsync(gate, Tunnel("api.example"))).ShouldBeTrue();

        // Through a tunnel anything may have come: it is a GET as far as anybody can tell.
        gate.Session.Labels.ShouldBe(Labels.Untrusted);
        (await GrantedAsync(gate, Tunnel("api.example"))).ShouldBeTrue();
        _asked.ShouldHaveSingleItem();
    }

    [Fact]
    public void Taint_never_gives_what_no_rule_allows()
    {
        var policy = Policy.Compile(
            Flows.Manifest("""  consequential: [{ tool: "*/delete_*" }, { http: "** **" }]""".Replace("** **", "* **"))
        );
        foreach (var labels in new Labels?[] { null, Labels.None, Labels.Untrusted, (Labels)7 })
        {
            var known = new Circumstances { Now = DateTimeOffset.UnixEpoch, Labels = labels };
            policy.Screen(new ToolTarget("shell", "delete_all"), known).Effect.ShouldBe(Effect.Deny);
            policy.Screen(Http("GET", "other.example", "/"), known).Effect.ShouldBe(Effect.Deny);
            policy.Screen(Tunnel("other.example"), known).Effect.ShouldBe(Effect.Deny);
        }
    }

    [Fact]
    public async Task A_sequence_denies_its_second_step_after_its_first_whatever_lies_between()
    {
        var gate = GateOf(
            """
              sequences:
                - { deny: "tool crm/find_* -> http POST **", why: "Customer data doesn't leave by web form." }
                - { ask: "tool web/* -> tool mail/*", why: "Mail that follows a look-up is read by somebody." }
            """
        );
        var post = Http("POST", "hook.example", "/in");

        (await GrantedAsync(gate, post)).ShouldBeTrue();
        (await GrantedAsync(gate, new ToolTarget("crm", "find_all"))).ShouldBeTrue();
        (await GrantedAsync(gate, new ToolTarget("mail", "list"))).ShouldBeTrue();
        (await GrantedAsync(gate, post)).ShouldBeFalse();
        (await GrantedAsync(gate, Tunnel("api.example"))).ShouldBeFalse();
        gate.Journal.Of(EntryKind.Refusal).First().Reason!.ShouldContain("Customer data doesn't leave by web form.");
        _asked.ShouldBeEmpty();
        (await GrantedAsync(gate, new ToolTarget("web", "fetch"))).ShouldBeTrue();
        (await GrantedAsync(gate, new ToolTarget("mail", "list"))).ShouldBeTrue();
        _asked.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_past_that_is_not_known_is_taken_to_hold_every_first_step()
    {
        var policy = Policy.Compile(
            Flows.Manifest("""  sequences: [{ deny: "tool crm/* -> tool mail/*", why: "No." }]""")
        );

        var decision = policy.Screen(new ToolTarget("mail", "send"), DateTimeOffset.UnixEpoch);
        decision.Effect.ShouldBe(Effect.Deny);
        decision.Reason.ShouldContain("isn't known");
        policy.Screen(new ToolTarget("web", "fetch"), DateTimeOffset.UnixEpoch).Effect.ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("allow: read workspace/**", Labels.Private)]
    [InlineData("ask: read workspace/customers/eu.csv", Labels.Private)]
    [InlineData("allow: read workspace/src/**", Labels.None)]
    [InlineData("deny: read workspace/**", Labels.None)]
    public void What_the_sandbox_shows_counts_as_read_from_the_start(string rule, Labels labels)
    {
        var manifest = Flows.Manifest(
            """
              private: ["read workspace/customers/**"]
              sequences: [{ deny: "read workspace/customers/** -> tool mail/*", why: "No." }]
            """,
            $"  - {{ {rule.Replace(": ", ": \"")}\", why: \"A test.\" }}"
        );
        var gate = Gate.Of(manifest);

        gate.Session.Labels.ShouldBe(labels);
        var mail = gate.Session.Policy.Screen(
            new ToolTarget("mail", "list"),
            Circumstances.Of(gate.Session, DateTimeOffset.UnixEpoch)
        );
        mail.Effect.ShouldBe(labels == Labels.None ? Effect.Allow : Effect.Deny);
    }

    [Fact]
    public async Task A_policy_that_is_loaded_anew_can_taint_and_never_cleans()
    {
        var gate = GateOf("""  sequences: [{ deny: "tool web/* -> tool mail/*", why: "No." }]""");
        (await GrantedAsync(gate, new ToolTarget("web", "fetch"))).ShouldBeTrue();

        gate.Control.Replace(
            Policy.Compile(
                Flows.Manifest(
                    """
                      untrusted: ["read workspace/**"]
                      sequences:
                        - { deny: "tool crm/* -> tool web/*", why: "No." }
                        - { deny: "tool web/* -> tool mail/*", why: "No." }
                    """,
                    "  - { allow: \"read workspace/**\", why: \"A test.\" }"
                )
            )
        );

        gate.Session.Labels.ShouldBe(Labels.Untrusted);
        (await GrantedAsync(gate, new ToolTarget("mail", "list"))).ShouldBeFalse();
        (await GrantedAsync(gate, new ToolTarget("web", "fetch"))).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_decided_before_the_taint_and_is_recorded_after_it_is_decided_again()
    {
        var gate = GateOf(Mail);
        gate.Journal.Before = (entry, _) =>
        {
            if (entry.Kind == EntryKind.Intent)
            {
                gate.Session.AddLabels(Labels.Untrusted);
            }

            return Task.CompletedTask;
        };

        gate.ShouldBeRefused(
            await gate.Monitor.RequestAsync(gate.ActionFor(new ToolTarget("mail", "send_now")), default)
        );
        _asked.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_baseline_says_holds_for_every_manifest_under_it()
    {
        var manifest = Flows.Manifest(
            """  private: ["tool crm/*"]""",
            baseline: """
            apiVersion: bartizan/v1
            trust:
              untrusted: ["tool web/*"]
              consequential: [{ tool: "mail/*" }]
              sequences: [{ deny: "tool crm/* -> tool web/*", why: "No." }]
            """
        );
        var policy = Policy.Compile(manifest);

        policy.ExposureOf(new ToolTarget("web", "fetch")).Labels.ShouldBe(Labels.Untrusted);
        policy.ExposureOf(new ToolTarget("crm", "find_x")).Labels.ShouldBe(Labels.Private);
        policy.ExposureOf(new ToolTarget("crm", "find_x")).Passed.ShouldHaveSingleItem();
        var tainted = new Circumstances
        {
            Now = DateTimeOffset.UnixEpoch,
            Labels = Labels.Untrusted,
            Passed = [],
        };
        policy.Screen(new ToolTarget("mail", "list"), tainted).Effect.ShouldBe(Effect.Ask);
    }

    [Theory]
    [InlineData("""untrusted: ["exec curl **"]""", "`exec` can't stand here")]
    [InlineData("""untrusted: ["write workspace/**"]""", "`write` can't stand here")]
    [InlineData("""private: ["look at this"]""", "is no verb and pattern")]
    [InlineData("""consequential: [{ tool: "mail" }]""", "mail")]
    [InlineData("""consequential: [{ tool: "a/b", http: "POST **" }]""", "tool")]
    [InlineData("""sequences: [{ deny: "tool a/b", why: "No." }]""", "no sequence of two actions")]
    [InlineData("""sequences: [{ deny: "tool a/b -> tool c/d -> tool e/f", why: "No." }]""", "no sequence of two")]
    [InlineData("""sequences: [{ deny: "tool a/b -> read workspace/**", why: "No." }]""", "`read` can't stand here")]
    [InlineData("""sequences: [{ deny: "tool a/b -> tool c/d" }]""", "why")]
    public void What_can_t_be_held_is_an_error_with_its_place(string trust, string says)
    {
        var errors = Flows.Load("  " + trust).Errors.Select(ManifestLoader.Describe).ToList();

        errors.ShouldNotBeEmpty();
        errors[0].ShouldContain(says);
        errors[0].ShouldStartWith("agent.yaml:");
    }

    private static HttpTarget Http(string method, string host, string path) =>
        new(method, "http", Named(host), 80, path);

    private static ConnectTarget Tunnel(string host) => new(Named(host), 443);

    private static HostName Named(string host) =>
        HostName.TryParse(host, out var name, out var problem) ? name : throw new InvalidOperationException(problem);

    private Gate GateOf(string trust)
    {
        var gate = Gate.Of(Flows.Manifest(trust));
        gate.OnAsk = (request, _) =>
        {
            _asked.Add(request);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        return gate;
    }

    private static async Task<bool> GrantedAsync(Gate gate, ActionTarget target)
    {
        await using var passage = await gate.Monitor.RequestAsync(gate.ActionFor(target), default);
        return passage.Granted;
    }
}
