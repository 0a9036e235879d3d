using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ConsultationTests
{
    private const string Head = "apiVersion: bartizan/v1\nagent: a\nrules:\n  - { allow: tool crm/*, why: x }\n";

    [Fact]
    public void It_is_asked_about_what_it_names_and_about_everything_when_it_names_nothing()
    {
        var load = Load(
            "  - { opa: \"http://127.0.0.1:8181/v1/data/a\", on: [tool crm/*, \"connect *.example:443\"], within: 2s, why: x }\n  - { authzen: \"https://pdp.example/access/v1/evaluation\", why: x }\n"
        );

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        var (some, all) = (load.Manifest!.Consultations[0], load.Manifest.Consultations[1]);
        some.Concerns(new ToolTarget("crm", "find")).ShouldBeTrue();
        some.Concerns(new ToolTarget("mail", "send")).ShouldBeFalse();
        all.Concerns(new ToolTarget("mail", "send")).ShouldBeTrue();
        (some.Within, all.Within).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("{ why: x }", "authzen")]
    [InlineData("{ opa: \"https://a.example/\", authzen: \"https://a.example/\", why: x }", "authzen")]
    [InlineData("{ opa: \"ftp://a.example/\", why: x }", "no http or https address")]
    [InlineData("{ opa: \"https://a.example/\", within: 1h, why: x }", "can't wait that long")]
    [InlineData("{ opa: \"https://a.example/\", on: [fly moon], why: x }", "fly")]
    [InlineData("{ opa: \"https://a.example/\" }", "why")]
    public void Each_mistake_is_named(string item, string says) =>
        Load($"  - {item}\n")
            .Errors.Select(ManifestLoader.Describe)
            .ShouldContain(line => line.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void One_that_is_left_out_changes_the_digest_and_is_not_narrower()
    {
        var with = Load("  - { opa: \"https://a.example/v1/data/x\", why: x }\n").Manifest!;
        var without = Repository.LoadText(Head).Manifest!;

        Policy.Compile(with).Digest.ShouldNotBe(Policy.Compile(without).Digest);
        NarrowingProof.Of(with, without, TimeProvider.System.GetUtcNow()).Excesses.ShouldBeEmpty();
        NarrowingProof
            .Of(without, with, TimeProvider.System.GetUtcNow())
            .Excesses.ShouldContain(e => e.Kind == ExcessKind.Consultation);
    }

    private static ManifestLoad Load(string items) => Repository.LoadText(Head + "consult:\n" + items);
}
