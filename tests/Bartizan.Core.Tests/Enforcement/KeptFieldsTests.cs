using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Enforcement;

public sealed class KeptFieldsTests
{
    [Fact]
    public void A_field_is_kept_with_all_below_it_and_nothing_beside_it()
    {
        var fields = KeptFields.Of(["id", "customer.name"]);

        fields.Keeps("id").ShouldBeTrue();
        fields.Keeps("id.anything").ShouldBeTrue();
        fields.Keeps("customer.name.first").ShouldBeTrue();
        fields.Keeps("customer").ShouldBeFalse();
        fields.Keeps("customer.card").ShouldBeFalse();
        fields.Keeps("Id").ShouldBeFalse();
        KeptFields.Of(["a.b", "a"]).ShouldBe(KeptFields.Of(["a"]));
        KeptFields.Of(["a", "a.b"]).ShouldBe(KeptFields.Of(["a"]));
    }

    [Theory]
    [InlineData("id,status", "id,owner", "id")]
    [InlineData("customer", "customer.name,id", "customer.name")]
    [InlineData("customer.name", "customer.card", "")]
    [InlineData("a.b.c,d", "a.b,d.e", "a.b.c,d.e")]
    [InlineData("a", "b", "")]
    public void Two_keep_what_both_keep(string one, string other, string both)
    {
        var (first, second) = (KeptFields.Of(one.Split(',')), KeptFields.Of(other.Split(',')));
        var expected = both.Length == 0 ? [] : both.Split(',');

        KeptFields.Both(first, second)!.Paths.ShouldBe(expected);
        KeptFields.Both(second, first)!.Paths.ShouldBe(expected);
        KeptFields.Both(first, null).ShouldBe(first);
        KeptFields.Both(null, null).ShouldBeNull();
    }

    [Fact]
    public void Every_rule_that_applies_takes_away_whatever_layer_it_stands_in()
    {
        var rules = Rules.Manifest(["allow: tool a/**", "allow: tool a/b"], ["allow: tool **"]);
        rules = rules with
        {
            Layers =
            [
                .. rules.Layers.Select(layer =>
                    layer with
                    {
                        Rules =
                        [
                            .. layer.Rules.Select(rule =>
                                rule with
                                {
                                    Keep = rule.Pattern switch
                                    {
                                        "a/**" => KeptFields.Of(["id", "status", "owner"]),
                                        "**" => KeptFields.Of(["id", "status", "card"]),
                                        _ => null,
                                    },
                                }
                            ),
                        ],
                    }
                ),
            ],
        };
        var policy = Policy.Compile(rules);

        policy.Screen("tool a/b").Obligations.Keep!.Paths.ShouldBe(["id", "status"]);
        policy.CouldKeep("a").ShouldBeTrue();
        policy.CouldKeep(new ToolTarget("a", "b")).ShouldBeTrue();
        Rules.Compile("allow: tool a/b").CouldKeep("a").ShouldBeFalse();
    }

    [Fact]
    public void The_fields_stand_in_the_normal_form_in_one_order()
    {
        var plain = Rules.Manifest(["allow: tool a/b"], []);
        Manifest With(params string[] fields) =>
            plain with
            {
                Layers =
                [
                    plain.Layers[0] with
                    {
                        Rules = [plain.Layers[0].Rules[0] with { Keep = KeptFields.Of(fields) }],
                    },
                ],
            };

        Policy.NormalFormOf(With("b", "a")).ShouldContain(" keep=[\"a\",\"b\"]");
        Policy.Compile(With("b", "a")).Digest.ShouldBe(Policy.Compile(With("a", "b", "a.c")).Digest);
        Policy.Compile(With("a")).Digest.ShouldNotBe(Policy.Compile(plain).Digest);
        Policy.NormalFormOf(plain).ShouldNotContain("keep");
    }

    [Fact]
    public void What_is_no_path_is_named()
    {
        KeptFields.FindProblem(new string('a', 257))!.ShouldContain("256");
        KeptFields.FindProblem(string.Join('.', Enumerable.Repeat("a", 17)))!.ShouldContain("16");
        KeptFields.FindProblem("a.b-c.$ref")!.ShouldBeNull();
        Should.Throw<ArgumentException>(() => KeptFields.Of(["a.*"]));
    }
}
