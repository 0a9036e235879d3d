using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using FsCheck;
using FsCheck.Fluent;
using HostName = Bartizan.Core.Enforcement.HostName;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>An approval is bound to a digest: two different acts that share one would share the approval.</summary>
public sealed class DigestCollisionTests
{
    private static readonly SessionId Session = SessionId.New();

    [Fact]
    public void The_same_act_has_the_same_digest() =>
        Of(new ModelTarget("a", "b"), "x").ShouldBe(Of(new ModelTarget("a", "b"), "x"));

    [Fact]
    public void Another_session_has_another_digest()
    {
        var action = new AgentAction
        {
            Session = Session,
            Target = new ModelTarget("a", "b"),
            Point = "model",
        };
        action.ComputeDigest().ShouldNotBe((action with { Session = SessionId.New() }).ComputeDigest());
    }

    [Fact]
    public void Parts_that_read_alike_when_joined_are_told_apart()
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();
        AllDiffer(
            new ModelTarget("a/b", "c"),
            new ModelTarget("a", "b/c"),
            new ModelTarget("ab", "c"),
            new ModelTarget("a", "bc"),
            new ToolTarget("a/b", "c"),
            new ToolTarget("a", "b/c"),
            new ExecTarget("rm", "-rf", "/tmp/a b"),
            new ExecTarget("rm", "-rf", "/tmp/a", "b"),
            new ExecTarget("rm", "-rf /tmp/a b"),
            new ExecTarget("rm -rf /tmp/a b"),
            ExecTarget.Opaque("rm -rf /tmp/a b"),
            new FileTarget(Verb.Read, "a", "b"),
            new FileTarget(Verb.Read, "a"),
            new FileTarget(Verb.Read, "a") { Aliases = ["b"] },
            new FileTarget(Verb.Write, "a"),
            new DelegateTarget("a"),
            new ServeTarget("GET /a", "/b"),
            new ServeTarget("GET", "/a /b"),
            new ServeTarget("GET", "/a/b"),
            new ConnectTarget(host, 443),
            new ConnectTarget(host, 4430),
            new HttpTarget("GET", "http", host, 80, "/"),
            new HttpTarget("POST", "http", host, 80, "/"),
            new HttpTarget("GET", "https", host, 80, "/"),
            new HttpTarget("GET", "http", host, 8080, "/"),
            new HttpTarget("GET", "http", host, 80, "/x")
        );
    }

    [Fact]
    public void A_name_can_not_pose_as_a_payload()
    {
        var payload = new Payload("role", "text/plain", "content"u8.ToArray());
        var digest = Digest.Of("content"u8).ToString();
        var posed = new FileTarget(Verb.Read, "a", "role", "text/plain", digest);
        Of(new FileTarget(Verb.Read, "a"), payload).ShouldNotBe(Of(posed));
    }

    [Fact]
    public void Payloads_are_told_apart_by_role_type_content_count_and_order()
    {
        var target = new ModelTarget("a", "b");
        var one = new Payload("request", "application/json", "x"u8.ToArray());
        var digests = new[]
        {
            Of(target),
            Of(target, one),
            Of(target, one with { Role = "arguments" }),
            Of(target, one with { MediaType = "text/plain" }),
            Of(target, one with { Content = "y"u8.ToArray() }),
            Of(target, one, one),
            Of(target, one, one with { Role = "query" }),
            Of(target, one with { Role = "query" }, one),
        };
        digests.Distinct().Count().ShouldBe(digests.Length);
    }

    [Fact]
    public void Arguments_are_told_apart_by_every_character_that_will_be_sent()
    {
        var call = new AgentAction
        {
            Session = Session,
            Target = new ToolTarget("bank", "send"),
            Point = "tool",
        };
        string[] texts = ["{}", "{ }", """{"to":"a"}""", """{"to":"b"}""", """{"to":"\u0061"}""", """["to","a"]"""];
        var digests = texts
            .Select(text => (call with { Arguments = JsonDocument.Parse(text).RootElement }).ComputeDigest())
            .Append(call.ComputeDigest())
            .ToArray();
        digests.Distinct().Count().ShouldBe(digests.Length);
    }

    [Fact]
    public void Text_that_no_encoding_can_carry_is_told_apart() =>
        AllDiffer(
            new ModelTarget("a", "\ud800"),
            new ModelTarget("a", "\ud801"),
            new ModelTarget("a", "\udc00"),
            new ModelTarget("a", "\ufffd")
        );

    [Fact]
    public void Any_two_different_argvs_have_different_digests()
    {
        var words = ArbMap.Default.GeneratorFor<NonEmptyArray<NonNull<string>>>();
        Prop.ForAll(
                Gen.Zip(words, words).ToArbitrary(),
                pair =>
                {
                    var left = new ExecTarget([.. pair.Item1.Get.Select(word => word.Get)]);
                    var right = new ExecTarget([.. pair.Item2.Get.Select(word => word.Get)]);
                    return left.Equals(right) == (Of(left) == Of(right));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Cutting_a_command_at_another_place_changes_the_digest()
    {
        var letters = Gen.NonEmptyListOf(Gen.Elements("a", " ", "1", ":", "\n"));
        Prop.ForAll(
                Gen.Zip(letters, Gen.Choose(0, 8)).ToArbitrary(),
                pair =>
                {
                    var whole = string.Concat(pair.Item1);
                    var at = Math.Min(pair.Item2, whole.Length);
                    return Of(new ExecTarget(whole)) != Of(new ExecTarget(whole[..at], whole[at..]));
                }
            )
            .QuickCheckThrowOnFailure();
    }

    private static void AllDiffer(params ActionTarget[] targets) =>
        targets.Select(target => Of(target)).Distinct().Count().ShouldBe(targets.Length);

    private static Digest Of(ActionTarget target, string content) =>
        Of(target, new Payload("request", "text/plain", Encoding.UTF8.GetBytes(content)));

    private static Digest Of(ActionTarget target, params ImmutableArray<Payload> payloads) =>
        new AgentAction
        {
            Session = Session,
            Target = target,
            Point = "model",
            Payloads = payloads,
        }.ComputeDigest();
}
