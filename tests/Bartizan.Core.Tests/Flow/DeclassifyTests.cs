using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Flow;

/// <summary>Who takes labels off, and that no manifest gives what its baseline doesn't.</summary>
public sealed class DeclassifyTests
{
    private const string Tainting = "  untrusted: [\"tool web/*\"]\n";

    private const string Groups = "groups: { team: [ann, bob, cy] }\n";

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("  declassify: { by: ann }", "", 1)]
    [InlineData("  declassify: { by: ann }", "trust:\n  private: [\"tool crm/*\"]\n", 0)]
    [InlineData("", "trust:\n  declassify: { by: ann }\n", 0)]
    [InlineData("  declassify: { by: bob }", "trust:\n  declassify: { by: ann, quorum: 1 }\n", 2)]
    [InlineData("  declassify: { by: bob }", "groups: { other: [eve] }\n", 1)]
    public void Every_file_that_speaks_of_trust_must_let_people_do_so(string own, string above, int terms)
    {
        var manifest = Flows.Manifest(
            $"{Tainting}{own}",
            baseline: above.Length == 0 ? null : $"apiVersion: bartizan/v1\n{above}"
        );

        Policy.Compile(manifest).Declassify.Length.ShouldBe(terms);
    }

    [Fact]
    public void A_manifest_s_groups_put_nobody_into_its_baseline_s_terms()
    {
        var manifest = Flows.Manifest(
            $"{Tainting}  declassify: {{ by: team }}\n{Groups}",
            baseline: "apiVersion: bartizan/v1\ntrust:\n  declassify: { by: team }\n"
        );

        Policy
            .Compile(manifest)
            .Declassify.Select(terms => string.Join(',', terms.By))
            .ShouldBe(["team", "ann,bob,cy"]);
    }

    [Theory]
    [InlineData("  declassify: { quorum: 2 }", "by")]
    [InlineData("  declassify: { by: [ann], quorum: 2 }", "`quorum` is 2")]
    [InlineData("  declassify: { by: [] }", "by")]
    [InlineData("  declassify: { by: ann, labels: [secret] }", "labels")]
    public void What_can_t_be_met_is_an_error(string trust, string says) =>
        Flows
            .Load(Tainting + trust)
            .Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal));

    [Theory]
    [InlineData("", "  declassify: { by: ann }", true)]
    [InlineData("  declassify: { by: ann }", "", false)]
    [InlineData("  declassify: { by: ann }", "  declassify: { by: [ann, bob] }", true)]
    [InlineData("  declassify: { by: [ann, bob] }", "  declassify: { by: ann }", false)]
    [InlineData("  declassify: { by: team, quorum: 2 }", "  declassify: { by: team }", true)]
    [InlineData("  declassify: { by: team }", "  declassify: { by: team, quorum: 2 }", false)]
    [InlineData("  declassify: { by: team, separate: [starter] }", "  declassify: { by: team }", true)]
    [InlineData("  declassify: { by: team }", "  declassify: { by: team, separate: [starter] }", false)]
    public void Fewer_people_and_more_of_them_at_a_time_are_narrower(string first, string second, bool isNarrower) =>
        (NarrowingProof.Of(Of(first), Of(second), DateTimeOffset.UnixEpoch).Answer == NarrowingAnswer.Proved).ShouldBe(
            isNarrower
        );

    [Fact]
    public void Who_may_do_so_is_part_of_the_policy_s_digest() =>
        Policy.Compile(Of("")).Digest.ShouldNotBe(Policy.Compile(Of("  declassify: { by: ann }")).Digest);

    private static Manifest Of(string trust) => Flows.Manifest($"{Tainting}{trust}\n{Groups}");
}
