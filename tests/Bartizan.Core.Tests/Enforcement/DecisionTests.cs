using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Deny is the zero of everything that can be a zero, and values are what they say.</summary>
public sealed class DecisionTests
{
    [Fact]
    public void The_zero_denies()
    {
        default(Effect).ShouldBe(Effect.Deny);
        default(Decision).Effect.ShouldBe(Effect.Deny);
        default(Decision).Rules.ShouldBeEmpty();
        default(Decision).Reason.ShouldBe("nothing allows it");
        default(Decision).Obligations.ShouldBe(Obligations.None);
        default(Inspection).Verdict.ShouldBe(InspectionVerdict.Cut);
        default(Approval).Granted.ShouldBeFalse();
        default(SessionState).ShouldBe(SessionState.Preparing);
        default(Verb).ShouldBe(Verb.Unknown);
        default(OutcomeKind).ShouldBe(OutcomeKind.Abandoned);
        default(Labels).ShouldBe(Labels.None);
    }

    [Fact]
    public void A_clean_report_objects_to_nothing_and_finds_nothing()
    {
        GuardReport.Clean.Strictest.ShouldBe(Effect.Allow);
        GuardReport.Clean.Labels.ShouldBe(Labels.None);
        GuardReport.Clean.Findings.ShouldBeEmpty();
    }

    [Fact]
    public void A_denial_says_why()
    {
        var decision = Decision.Deny("because");
        decision.Effect.ShouldBe(Effect.Deny);
        decision.Reason.ShouldBe("because");
    }

    [Fact]
    public void Obligations_are_equal_when_each_of_them_is()
    {
        var all = new Obligations
        {
            Credential = "key",
            Observed = true,
            PrivateAddresses = true,
            Witnessed = true,
            Approvals = [new() { By = ["alice", "bob"] }],
            Keep = KeptFields.Of(["id", "customer.name"]),
        };
        all.ShouldBe(all with { Keep = KeptFields.Of(["customer.name", "id", "id"]) });
        all.ShouldBe(all with { Approvals = [new() { By = ["alice", "bob"] }] });
        all.GetHashCode().ShouldBe((all with { Approvals = [new() { By = ["alice", "bob"] }] }).GetHashCode());
        Obligations[] others =
        [
            all with
            {
                Credential = "Key",
            },
            all with
            {
                Credential = null,
            },
            all with
            {
                Observed = false,
            },
            all with
            {
                PrivateAddresses = false,
            },
            all with
            {
                Witnessed = false,
            },
            all with
            {
                Keep = null,
            },
            all with
            {
                Keep = KeptFields.Of(["id", "customer"]),
            },
            all with
            {
                Approvals = [new() { By = ["alice"] }],
            },
            all with
            {
                Approvals = [new() { By = ["alice", "Bob"] }],
            },
        ];
        others.ShouldAllBe(other => !other.Equals(all) && !all.Equals(other));
        others.Select(other => other.GetHashCode()).Distinct().Count().ShouldBeGreaterThan(3);
        all.Equals(null).ShouldBeFalse();
    }

    [Fact]
    public void A_digest_is_sha256_in_hexadecimal()
    {
        const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        Digest.Of("abc"u8).ToString().ShouldBe(Abc);
        Digest.TryParse(Abc, out var parsed).ShouldBeTrue();
        parsed.ShouldBe(Digest.Of("abc"u8));
        Digest.FromBytes(Convert.FromHexString(Abc)).ShouldBe(parsed);
        default(Digest).ToString().ShouldBe("");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adx")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Anything_else_is_no_digest(string? text)
    {
        Digest.TryParse(text, out var digest).ShouldBeFalse();
        digest.ShouldBe(default);
    }

    [Fact]
    public void Bytes_of_another_length_are_no_digest()
    {
        var error = Should.Throw<ArgumentException>(() => Digest.FromBytes(new byte[31]));
        error.Message.ShouldContain("32 bytes");
    }

    [Fact]
    public void Targets_read_as_rules_name_them()
    {
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();
        (ActionTarget Target, Verb Verb, string Text)[] all =
        [
            (new ModelTarget("anthropic", "claude"), Verb.Model, "anthropic/claude"),
            (new ToolTarget("github", "merge"), Verb.Tool, "github/merge"),
            (new HttpTarget("GET", "http", host, 80, "/x"), Verb.Http, "GET http://api.example:80/x"),
            (new ConnectTarget(host, 443), Verb.Connect, "api.example:443"),
            (new FileTarget(Verb.Read, "workspace/a", "/src/a"), Verb.Read, "workspace/a"),
            (new FileTarget(Verb.Write, "workspace/a"), Verb.Write, "workspace/a"),
            (new ExecTarget("dotnet", "test"), Verb.Exec, "dotnet test"),
            (new DelegateTarget("writer"), Verb.Delegate, "writer"),
            (new ServeTarget("GET", "/a"), Verb.Serve, "GET /a"),
        ];
        foreach (var (target, verb, text) in all)
        {
            target.Verb.ShouldBe(verb);
            target.Text.ShouldBe(text);
        }

        all.Select(one => one.Verb).Distinct().Count().ShouldBe(Enum.GetValues<Verb>().Length - 1);
    }

    [Fact]
    public void A_command_without_words_and_a_file_without_a_name_or_with_another_verb_can_not_be_made()
    {
        Should.Throw<ArgumentException>(() => new ExecTarget()).Message.ShouldContain("words");
        Should.Throw<ArgumentException>(() => new ExecTarget(default(ImmutableArray<string>)));
        Should.Throw<ArgumentException>(() => new FileTarget(Verb.Read)).Message.ShouldContain("name");
        Should.Throw<ArgumentException>(() => new FileTarget(Verb.Exec, "a"));
        Should.Throw<ArgumentException>(() => new FileTarget(Verb.Unknown, "a"));
    }

    [Fact]
    public void Targets_are_equal_by_their_words_and_names()
    {
        var run = new ExecTarget("a", "b");
        run.ShouldBe(new ExecTarget("a", "b"));
        run.GetHashCode().ShouldBe(new ExecTarget("a", "b").GetHashCode());
        run.GetHashCode().ShouldNotBe(new ExecTarget("c", "b").GetHashCode());
        run.Equals(new ExecTarget("a", "B")).ShouldBeFalse();
        run.Equals(null).ShouldBeFalse();
        var file = new FileTarget(Verb.Read, "a", "b");
        file.ShouldBe(new FileTarget(Verb.Read, "a", "b"));
        file.GetHashCode().ShouldBe(new FileTarget(Verb.Read, "a", "b").GetHashCode());
        file.GetHashCode().ShouldNotBe(new FileTarget(Verb.Write, "a", "b").GetHashCode());
        file.Equals(new FileTarget(Verb.Write, "a", "b")).ShouldBeFalse();
        file.Equals(new FileTarget(Verb.Read, "a")).ShouldBeFalse();
        file.Equals(null).ShouldBeFalse();
    }
}
