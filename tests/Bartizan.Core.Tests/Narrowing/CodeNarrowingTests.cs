using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>More power for generated code is more power, in every part of it; less is not.</summary>
public sealed class CodeNarrowingTests
{
    private static readonly Dictionary<string, (Func<ToolServer, ToolServer> More, string Says)> _changes = new()
    {
        ["hosts"] = (s => s with { Egress = [.. s.Egress, "b.example"] }, "code reaches `b.example`"),
        ["workspace"] = (s => s with { Workspace = ServerWorkspace.ReadOnly }, "code sees the workspace"),
        ["language"] = (Of(c => c with { Languages = c.Languages.Add("bash", ["bash"]) }), "runs code in `bash`"),
        ["command"] = (
            Of(c => c with { Languages = c.Languages.SetItem("python", ["sudo", "python3"]) }),
            "`sudo python3`"
        ),
        ["output"] = (Of(c => c with { OutputBytes = c.OutputBytes + 1 }), "a result of code holds"),
        ["cpu"] = (Of(c => c with { Limits = c.Limits with { Cpu = 2 } }), "the limit `cpu` of code"),
        ["memory"] = (
            Of(c => c with { Limits = c.Limits with { MemoryBytes = 1L << 40 } }),
            "the limit `memory` of code"
        ),
        ["processes"] = (
            Of(c => c with { Limits = c.Limits with { Processes = 65 } }),
            "the limit `processes` of code"
        ),
        ["disk"] = (Of(c => c with { Limits = c.Limits with { DiskBytes = 1L << 40 } }), "the limit `disk` of code"),
        ["time"] = (
            Of(c => c with { Limits = c.Limits with { WallClock = TimeSpan.FromMinutes(9) } }),
            "the limit `wall_clock` of code"
        ),
        ["image"] = (
            Of(c => c with { Isolation = IsolationKind.Oci, Image = "i@sha256:0" }),
            "a sandbox of `i@sha256:0`"
        ),
    };

    public static TheoryData<string> Changes => [.. _changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void More_for_code_is_named_and_less_of_it_is_proved(string change)
    {
        var (more, says) = _changes[change];
        var small = Small();
        var large = SurfaceCode.Changed(small, more);

        var widened = NarrowingProof.Of(large, small, Rules.Now);

        widened.Answer.ShouldNotBe(NarrowingAnswer.Proved);
        widened.Excesses.ShouldContain(one => one.Says.Contains(says, StringComparison.Ordinal));
        NarrowingProof
            .Of(small, large, Rules.Now)
            .Answer.ShouldBe(change is "command" or "image" ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved);
    }

    [Fact]
    public void Having_the_tool_at_all_is_more_and_not_having_it_is_less()
    {
        var with = Small();
        var without = with with { Servers = with.Servers.Remove(CodeTerms.Server) };

        NarrowingProof
            .Of(with, without, Rules.Now)
            .Excesses.ShouldContain(one => one.Says.Contains("has the tool `code/run`", StringComparison.Ordinal));
        NarrowingProof.Of(without, with, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Theory]
    [InlineData("deny: connect admin.a.example:443", "")]
    [InlineData("", "deny: connect admin.a.example:443")]
    [InlineData("deny: http POST https://admin.a.example/**", "")]
    [InlineData("", "allow: connect b.a.example:443")]
    [InlineData("", "ask: connect **.a.example:443")]
    public void What_code_is_denied_in_the_second_alone_is_named_and_the_other_way_is_proved(
        string own,
        string baseline
    )
    {
        foreach (var name in (string[])[CodeTerms.Server, "helper"])
        {
            var small = Reaching(name, own, baseline);
            var large = Reaching(name, "", "");

            var widened = NarrowingProof.Of(large, small, Rules.Now);

            widened.Answer.ShouldBe(NarrowingAnswer.Refuted);
            widened.Excesses.ShouldContain(one => one.Says.Contains($"`{name}` of A", StringComparison.Ordinal));
            NarrowingProof.Of(small, large, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
            NarrowingProof.Of(small, small, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        }
    }

    private static Manifest Reaching(string name, string own, string baseline)
    {
        var manifest = Rules.Manifest(
            own.Length > 0 ? ["allow: tool code/run", own] : ["allow: tool code/run"],
            baseline.Length > 0 ? [baseline] : ["deny: exec rm"]
        );
        var server = name == CodeTerms.Server ? SurfaceCode.One() : new ToolServer { Name = name, Command = ["x"] };
        return manifest with { Servers = manifest.Servers.Add(name, server with { Egress = ["*.a.example"] }) };
    }

    private static Func<ToolServer, ToolServer> Of(Func<CodeTerms, CodeTerms> other) =>
        server => server with { Code = other(server.Code!) };

    private static Manifest Small()
    {
        var manifest = Rules.Manifest(["allow: tool code/run"], []);
        return manifest with { Servers = manifest.Servers.Add(CodeTerms.Server, SurfaceCode.One()) };
    }
}
