using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Conditions;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("args.base == \"main\" && size(args.commit_title) <= 200")]
    [InlineData("user.region == resource.region")]
    [InlineData("args.limit >= 1 && args.limit <= 100")]
    [InlineData("args.limit == 100.0")]
    [InlineData("args.ratio < 1")]
    [InlineData("!args.force")]
    [InlineData("args.none == null")]
    [InlineData("null != args.base")]
    [InlineData("args.base in ['main', \"release\"]")]
    [InlineData("'eu' in args.tags")]
    [InlineData("1 in args.mixed")]
    [InlineData("'two' in args.mixed")]
    [InlineData("args.nested.list[0].id == 7")]
    [InlineData("args[\"content-type\"].startsWith('text/')")]
    [InlineData("args.commit_title.contains('\"quoted\"') && args.commit_title.endsWith('\\n')")]
    [InlineData("size(args.smile) == 3 && args.smile.size() == 3")]
    [InlineData("args.smile.contains('\\U0001F600')")]
    [InlineData("\"untrusted\" in session.labels && !(\"secret\" in session.labels) && size(session.labels) == 2")]
    [InlineData("'maintainers' in user.groups")]
    [InlineData("env.name == 'staging'")]
    [InlineData("env.name in ['development', 'staging']")]
    [InlineData("time.hour == 3 && time.minute == 5 && time.weekday == 'Sat' && time.date == '2026-11-21'")]
    [InlineData("time.date < '2027-01-01' && time.date >= '2026-02-28'")]
    [InlineData("!action.bulk && action.count < 10")]
    [InlineData("agent.version > 6 && agent.name == r'support-triage'")]
    [InlineData("has(args.force) && !has(args.absent)")]
    [InlineData("false || true // a comment")]
    [InlineData("'a' < 'b' && -1 < 0x10 && .5 < 1e3")]
    public void What_holds_is_true(string text) => Given.Evaluate(text).ShouldBe(Truth.True);

    [Theory]
    [InlineData("args.base == 'dev'")]
    [InlineData("args.base != \"main\"")]
    [InlineData("args.limit > 100")]
    [InlineData("args.force")]
    [InlineData("args.base == null")]
    [InlineData("'de' in args.tags")]
    [InlineData("resource.class in ['public']")]
    [InlineData("'secret' in session.labels")]
    [InlineData("args.absent == 1 && false")]
    [InlineData("action.bulk")]
    [InlineData("has(args.absent)")]
    public void What_does_not_hold_is_false(string text) => Given.Evaluate(text).ShouldBe(Truth.False);

    [Theory]
    [InlineData("args.absent == 1")]
    [InlineData("args.absent != 1")]
    [InlineData("args.absent == null")]
    [InlineData("!args.absent")]
    [InlineData("args.base == 1")]
    [InlineData("args.base != 1")]
    [InlineData("args.base < 1")]
    [InlineData("args.base == args.limit")]
    [InlineData("args.none == 'x'")]
    [InlineData("args.none != 'x'")]
    [InlineData("args.limit")]
    [InlineData("args.base")]
    [InlineData("size(args.limit) > 0")]
    [InlineData("size(args.nested) > 0")]
    [InlineData("args.limit.startsWith('1')")]
    [InlineData("'three' in args.mixed")]
    [InlineData("args.base in args.nested")]
    [InlineData("args.tags == args.tags")]
    [InlineData("args.nested.list[1].id == 7")]
    [InlineData("args.base.more == 1")]
    [InlineData("has(args.base.more)")]
    [InlineData("has(args.none)")]
    [InlineData("args.half == 'x'")]
    [InlineData("args.huge > 1")]
    [InlineData("user.department == 'it'")]
    [InlineData("resource.owner == user.id")]
    [InlineData("args.absent == 1 && true")]
    [InlineData("args.absent == 1 || false")]
    public void What_is_not_known_is_unknown(string text) => Given.Evaluate(text).ShouldBe(Truth.Unknown);

    [Theory]
    [InlineData("args.x == 1")]
    [InlineData("user.region == 'eu'")]
    [InlineData("'secret' in session.labels")]
    [InlineData("env.name == 'production'")]
    [InlineData("time.hour < 18")]
    [InlineData("action.bulk")]
    [InlineData("action.count > 1")]
    [InlineData("has(args.x)")]
    public void Without_facts_nothing_is_known(string text) =>
        Given.Condition(text).Evaluate(default).ShouldBe(Truth.Unknown);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    public void Each_of_few_and_of_many_attributes_is_found(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"a{i}").ToArray();
        var set = AttributeSet.Of(names.Select(name => KeyValuePair.Create(name, AttributeValue.Of(name))));
        names.ShouldAllBe(name => set.Find(name)!.Text == name);
        set.Find("a").ShouldBeNull();
        set.Find("b0").ShouldBeNull();
        Should.Throw<ArgumentException>(() => Given.Set(("a", AttributeValue.True), ("a", AttributeValue.False)));
    }

    [Fact]
    public void A_value_beyond_its_type_is_unknown()
    {
        var facts = new Facts
        {
            Env = Given.Set(("name", AttributeValue.Of("qa"))),
            User = Given.Set(("region", AttributeValue.Of(7)), ("groups", AttributeValue.List(AttributeValue.Of(1)))),
            Agent = Given.Set(("version", AttributeValue.Of(-1)), ("name", AttributeValue.Null)),
            Count = -1,
        };
        foreach (
            var text in (string[])
                [
                    "env.name != 'production'",
                    "env.name in ['staging', 'production']",
                    "user.region == args.x",
                    "'a' in user.groups",
                    "size(user.groups) < 9",
                    "agent.version < 5",
                    "agent.name != 'x'",
                    "action.count < 5",
                ]
        )
        {
            Given.Condition(text).Evaluate(facts).ShouldBe(Truth.Unknown, text);
        }
    }

    [Theory]
    [InlineData(Effect.Deny, Truth.False, false)]
    [InlineData(Effect.Deny, Truth.Unknown, true)]
    [InlineData(Effect.Deny, Truth.True, true)]
    [InlineData(Effect.Ask, Truth.False, false)]
    [InlineData(Effect.Ask, Truth.Unknown, true)]
    [InlineData(Effect.Ask, Truth.True, true)]
    [InlineData(Effect.Allow, Truth.False, false)]
    [InlineData(Effect.Allow, Truth.Unknown, false)]
    [InlineData(Effect.Allow, Truth.True, true)]
    public void An_unknown_condition_only_makes_a_decision_stricter(Effect effect, Truth truth, bool applies) =>
        ConditionVerdict.Applies(effect, truth).ShouldBe(applies);

    [Fact]
    public void And_or_and_not_are_those_of_Kleene()
    {
        string[] texts = ["args.absent", "false", "true"];
        foreach (var a in Enum.GetValues<Truth>())
        {
            Given.Evaluate($"!{texts[(int)a]}").ShouldBe((Truth)((3 - (int)a) % 3));
            foreach (var b in Enum.GetValues<Truth>())
            {
                var (x, y) = (texts[(int)a], texts[(int)b]);
                Truth[] both = [a, b];
                Given
                    .Evaluate($"{x} && {y}")
                    .ShouldBe(
                        both.Contains(Truth.False) ? Truth.False
                        : both.Contains(Truth.Unknown) ? Truth.Unknown
                        : Truth.True
                    );
                Given
                    .Evaluate($"{x} || {y}")
                    .ShouldBe(
                        both.Contains(Truth.True) ? Truth.True
                        : both.Contains(Truth.Unknown) ? Truth.Unknown
                        : Truth.False
                    );
            }
        }
    }

    [Fact]
    public void Every_label_has_its_word()
    {
        var type = ConditionSchema.Standard.Find(AttributeRoot.Session, "labels")!.Type.Item!;
        var labels = Enum.GetValues<Labels>().Where(label => label != Labels.None).ToArray();
        type.Words.ShouldBe(labels.Select(label => label.ToString().ToLowerInvariant()), ignoreOrder: true);
        foreach (var label in labels)
        {
            var word = label.ToString().ToLowerInvariant();
            var condition = Given.Condition($"'{word}' in session.labels");
            condition.Evaluate(new Facts { Labels = label }).ShouldBe(Truth.True);
            condition.Evaluate(new Facts { Labels = Labels.None }).ShouldBe(Truth.False);
        }
    }

    [Fact]
    public void Each_attribute_of_the_schema_can_be_known()
    {
        var values = ConditionSchema.Standard.Attributes.ToLookup(a => a.Root);
        AttributeSet All(AttributeRoot root) =>
            AttributeSet.Of(
                values[root]
                    .Select(a =>
                        KeyValuePair.Create(
                            a.Name,
                            a.Type.Kind == ValueKind.List ? AttributeValue.List()
                                : a.Type.Kind == ValueKind.Int ? AttributeValue.Of(1)
                                : AttributeValue.Of("staging")
                        )
                    )
            );
        var facts = Given.Facts;
        facts = new Facts
        {
            Agent = All(AttributeRoot.Agent),
            User = All(AttributeRoot.User),
            Resource = All(AttributeRoot.Resource),
            Env = All(AttributeRoot.Env),
            Labels = facts.Labels,
            Time = facts.Time,
            Bulk = facts.Bulk,
            Count = facts.Count,
        };
        foreach (var attribute in ConditionSchema.Standard.Attributes)
        {
            var text = attribute.Type.Kind switch
            {
                ValueKind.List => $"size({attribute}) < 99",
                ValueKind.Bool => $"{attribute}",
                _ => $"{attribute} == {attribute}",
            };
            Given.Condition(text).Evaluate(facts).ShouldNotBe(Truth.Unknown, text);
        }
    }

    [Theory]
    [InlineData("args.a == 1 && args.b == 2", "args.b == 2 && (args.a == 1) && args.a == 1")]
    [InlineData("!(args.a < 1 || args.b != 'x')", "args.a >= 1 && 'x' == args.b")]
    [InlineData("args.a in ['x', \"y\", 'y']", "args.a in ['y','x']")]
    [InlineData("args.a in ['x']", "args.a == 'x'")]
    [InlineData("!!args.a", "args['a']")]
    [InlineData("user.region == resource.region", "resource.region == user.region")]
    [InlineData("1 < args.a", "args.a > 0x1")]
    [InlineData("args.a.size() > 1", "size(args.a) > 1")]
    [InlineData("args.a == '\\u0041\\n'", "args.a == '''A\n'''")]
    public void Spelling_does_not_change_the_digest(string one, string two)
    {
        Given.Condition(one).CanonicalText.ShouldBe(Given.Condition(two).CanonicalText);
        Given.Condition(one).Digest.ShouldBe(Given.Condition(two).Digest);
    }

    [Theory]
    [InlineData("args.a == 1", "args.a == '1'")]
    [InlineData("args.a < 1", "args.a <= 1")]
    [InlineData("args.a == 1 || args.b == 2", "args.a == 1 && args.b == 2")]
    [InlineData("!args.a", "args.a")]
    [InlineData("args.a.b == 1", "args['a.b'] == 1")]
    [InlineData("args.a[0] == 1", "args.a['0'] == 1")]
    [InlineData("size(args.a) > 1", "size(args.b) > 1")]
    public void Meaning_changes_the_digest(string one, string two) =>
        Given.Condition(one).Digest.ShouldNotBe(Given.Condition(two).Digest);

    [Fact]
    public void An_explanation_shows_each_comparison_and_what_it_saw()
    {
        var steps = Given
            .Condition("args.base == \"main\" && !(args.absent > 1) && user.region == resource.region")
            .Explain(Given.Facts);
        steps
            .Select(step => $"{step.Column} {step.Text}: {step.Truth}, {step.Values}")
            .ShouldBe([
                "1 args.base == \"main\": True, args.base is \"main\"",
                "26 args.absent > 1: Unknown, args.absent is unknown",
                "46 user.region == resource.region: True, user.region is \"eu\", resource.region is \"eu\"",
            ]);
    }

    [Fact]
    public void An_explanation_is_short_and_shows_what_is_hidden()
    {
        var json = $$"""{ "a": "\u202e{{new string('x', 500)}}" }""";
        var step = Given
            .Condition("args.a == 'x'")
            .Explain(new Facts { Args = Given.Json(json) })
            .ShouldHaveSingleItem();
        step.Values.ShouldStartWith("args.a is \"\\u202Exxx");
        step.Values.Length.ShouldBeLessThan(120);
    }
}
