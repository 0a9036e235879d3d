using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>A mistake is found when the file loads, and the message says where, what and what to do.</summary>
public sealed class ConditionErrorTests
{
    [Theory]
    // Text that is no CEL, or CEL beyond the subset.
    [InlineData("", 1, "the condition is empty", "Leave `when` out where nothing is to be tested.")]
    [InlineData("args.a =", 8, "`=` is not part of a condition", "Equality is `==`.")]
    [InlineData("args.a & args.b", 8, "`&` is not part of a condition", "Both is `&&`.")]
    [InlineData("args.a == 1 and args.b", 13, "expected an operator or the end, got `and`", "Both is `&&`.")]
    [InlineData("args.a + 1 == 2", 8, "`+` is not part of a condition", "Conditions compare, they don't calculate.")]
    [InlineData("-args.a == 2", 1, "`-` stands before a number only", "Conditions compare, they don't calculate.")]
    [InlineData(
        "args.a ? true : false",
        8,
        "`?` is not part of a condition",
        "There is no `a ? b : c`: write `(a && b) || (!a && c)`."
    )]
    [InlineData("args.a == ", 11, "expected an attribute or a value, got the end", "")]
    [InlineData("(args.a", 8, "expected `)`, got the end", "")]
    [InlineData("args.a == 'x", 11, "the string that begins here doesn't end", "Close it with `'`.")]
    [InlineData(
        "args.a == 'x\\q'",
        13,
        "`\\q` is not an escape here",
        "Write a backslash as `\\\\`, or the string as r\"…\"."
    )]
    [InlineData("args.a == b'x'", 11, "bytes (`b\"…\"`) are not part of a condition", "Use a string.")]
    [InlineData(
        "args.a == 1u",
        11,
        "`1u` is not a number of conditions",
        "Unsigned numbers aren't needed: leave the `u` out."
    )]
    [InlineData("args.a == 9223372036854775808", 11, "`9223372036854775808` is too large", "Numbers have 64 bits.")]
    [InlineData("args.a == 1e999", 11, "`1e999` is too large", "Numbers have 64 bits.")]
    [InlineData("1 < args.a < 9", 12, "comparisons can't be chained", "Write `a < b && b < c` for `a < b < c`.")]
    [InlineData("args.in == 1", 6, "`in` is a word of the language", "Write `[\"in\"]`.")]
    [InlineData(
        "args.a.matches('x')",
        8,
        "`matches` is not a function of conditions",
        "There are no regular expressions: use `startsWith`, `endsWith`, `contains` or `in`."
    )]
    [InlineData(
        "args.a.exists(x, x == 1)",
        8,
        "`exists` is not a function of conditions",
        "There are no loops: use `in`."
    )]
    [InlineData(
        "args.a.startswith('x')",
        8,
        "`startswith` is not a function of conditions",
        "Did you mean `startsWith`?"
    )]
    // Names.
    [InlineData("arg.a == 1", 1, "`arg` is not known here", "Did you mean `args`?")]
    [InlineData("weekday == 'Mon'", 1, "`weekday` is not known here", "Did you mean `time.weekday`?")]
    [InlineData("region == 'eu'", 1, "`region` is not known here", "Did you mean `resource.region` or `user.region`?")]
    [InlineData("user.regoin == 'eu'", 6, "`user` has no attribute `regoin`", "Did you mean `region`?")]
    [InlineData("env == 'staging'", 1, "`env` is no attribute by itself", "Name one: `env.name`.")]
    [InlineData("args == 1", 1, "`args` is all arguments together", "Name one: `args.name`.")]
    [InlineData("user.region.x == 1", 13, "`user.region` is string, it has no parts", "")]
    [InlineData("args[args.a] == 1", 6, "an index is a name in quotes or a number from 0", "")]
    // Types.
    [InlineData(
        "time.hour == '8'",
        11,
        "expected int like `time.hour`, got string: `\"8\"`",
        "Write it without quotes: `8`."
    )]
    [InlineData(
        "user.region == 7",
        13,
        "expected string like `user.region`, got int: `7`",
        "Write it in quotes: `\"7\"`."
    )]
    [InlineData("user.region == time.hour", 13, "expected string like `user.region`, got int: `time.hour`", "")]
    [InlineData("user.region", 1, "expected bool, got string: `user.region`", "Compare it: `user.region == …`.")]
    [InlineData("size(args.a)", 1, "expected bool, got int: `size(args.a)`", "Compare it: `size(args.a) == …`.")]
    [InlineData("time.hour.startsWith('1')", 1, "expected string, got int: `time.hour`", "")]
    [InlineData("args.a in 'x'", 8, "expected a list after `in`, got string: `\"x\"`", "Write `[\"x\"]` or `==`.")]
    [InlineData("args.a == ['x']", 11, "a list stands after `in` only", "")]
    [InlineData("args.a in ['x', 1]", 11, "a list holds one type, not string and int", "")]
    [InlineData(
        "args.a in [user.id]",
        12,
        "a list holds literals only",
        "Compare with attributes one by one: `a == b || a == c`."
    )]
    [InlineData("user.groups == 'x'", 13, "`user.groups` is a list, which is not compared", "Use `in` or `size()`.")]
    [InlineData(
        "user.region == null",
        13,
        "`user.region` is never null",
        "An attribute that isn't known is unknown, not null."
    )]
    [InlineData("args.a < null", 8, "`null` has no order", "Use `==` or `!=`.")]
    [InlineData(
        "!args.a == 1",
        1,
        "expected a value, got a condition",
        "`!` binds tighter than a comparison: write `!(a == b)`."
    )]
    [InlineData(
        "(args.a == 1) == true",
        2,
        "expected a value, got a condition",
        "Join conditions with `&&` and `||`, don't compare them."
    )]
    [InlineData(
        "has(user.region)",
        5,
        "`has` takes an argument, not `user.region`",
        "An attribute that isn't known is unknown, not absent."
    )]
    // What can only come out one way.
    [InlineData(
        "env.name == 'prod'",
        10,
        "`env.name` is never \"prod\"",
        "It may be `development`, `production`, `staging`."
    )]
    [InlineData("env.name < 'production'", 10, "`env.name` has no order", "Use `in` with a list.")]
    [InlineData("time.weekday in ['mon']", 14, "`time.weekday` is never \"mon\"", "Did you mean `Mon`?")]
    [InlineData(
        "'Untrusted' in session.labels",
        13,
        "`session.labels` is never \"Untrusted\"",
        "Did you mean `untrusted`?"
    )]
    [InlineData("time.hour <= 24", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("time.hour <= 23", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("time.hour < 24", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("time.hour < 0", 11, "`time.hour` is 0 to 23, so this is never true", "")]
    [InlineData("time.hour <= -1", 11, "`time.hour` is 0 to 23, so this is never true", "")]
    [InlineData("time.hour >= 0", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("time.hour > -1", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("time.hour > 23", 11, "`time.hour` is 0 to 23, so this is never true", "")]
    [InlineData("time.hour >= 24", 11, "`time.hour` is 0 to 23, so this is never true", "")]
    [InlineData("time.hour != 24", 11, "`time.hour` is 0 to 23, so this is always true", "")]
    [InlineData("24 == time.hour", 4, "`time.hour` is 0 to 23, so this is never true", "")]
    [InlineData("size(args.a) < 0", 14, "`size(args.a)` is 0 or more, so this is never true", "")]
    [InlineData(
        "time.date < '2027-02-30'",
        11,
        "`time.date` is a date, and \"2027-02-30\" is none",
        "Write a day as \"2027-03-31\"."
    )]
    [InlineData("args.a in []", 11, "nothing is in an empty list", "")]
    [InlineData("args.a.contains('')", 17, "every text holds the empty text", "")]
    public void A_mistake_is_told_with_its_place(string text, int column, string message, string hint)
    {
        var result = Condition.Parse(text, ConditionSchema.Standard);
        result.IsValid.ShouldBeFalse();
        result.Errors.ShouldHaveSingleItem().ShouldBe(new ConditionError(column, message, hint));
    }

    [Theory]
    [InlineData("time.hour < 1")]
    [InlineData("time.hour < 23")]
    [InlineData("time.hour <= 0")]
    [InlineData("time.hour <= 22")]
    [InlineData("time.hour > 0")]
    [InlineData("time.hour > 22")]
    [InlineData("time.hour >= 1")]
    [InlineData("time.hour >= 23")]
    [InlineData("time.hour == 0 || time.hour != 23")]
    public void What_can_come_out_both_ways_is_no_mistake(string text) =>
        Condition.Parse(text, ConditionSchema.Standard).IsValid.ShouldBeTrue();

    [Fact]
    public void Several_mistakes_are_told_together_in_order() =>
        Condition
            .Parse("user.x == 1 && (env.name == 'x' || args.a in [])", ConditionSchema.Standard)
            .Errors.Select(error => error.Column)
            .ShouldBe([6, 26, 46]);

    [Fact]
    public void A_condition_is_bounded_in_length_depth_and_parts()
    {
        Errors(new string(' ', 2049)).ShouldBe("a condition has at most 2048 characters");
        Errors(new string('(', 31) + "true" + new string(')', 31)).ShouldBe("");
        Errors(new string('(', 32) + "true" + new string(')', 32)).ShouldBe("a condition is at most 32 levels deep");
        Errors(new string('!', 40) + "true").ShouldBe("a condition is at most 32 levels deep");
        Errors(new string('[', 2000)).ShouldBe("a condition is at most 32 levels deep");
        Errors(string.Join("||", Enumerable.Repeat("true", 256))).ShouldBe("");
        Errors(string.Join("||", Enumerable.Repeat("true", 257))).ShouldBe("a condition has at most 512 parts");
        Errors("args.a.b.c.d.e.f.g.h == 1").ShouldBe("");
        Errors("args.a.b.c.d.e.f.g.h.i == 1").ShouldBe("an argument is at most 8 steps deep");
    }

    [Fact]
    public void Arguments_can_be_no_part_of_a_schema()
    {
        var schema = ConditionSchema.Standard.WithoutArguments();
        Condition
            .Parse("args.a == 1", schema)
            .Errors.ShouldHaveSingleItem()
            .Message.ShouldBe("`args` is not known here");
        Condition.Parse("user.region == 'eu'", schema).IsValid.ShouldBeTrue();
    }

    [Fact]
    public void A_catalogue_may_add_attributes_but_not_to_what_is_computed()
    {
        var classes = ConditionType.OneOf("public", "internal", "secret");
        var schema = ConditionSchema.Standard.With(
            new ConditionAttribute(AttributeRoot.Resource, "class", classes),
            new ConditionAttribute(AttributeRoot.User, "location", ConditionType.String)
        );
        Condition.Parse("resource.class == 'internal' && user.location == 'x'", schema).IsValid.ShouldBeTrue();
        Condition.Parse("resource.class == 'internl'", schema).Errors[0].Hint.ShouldBe("Did you mean `internal`?");
        foreach (
            var root in (AttributeRoot[])
                [AttributeRoot.Args, AttributeRoot.Session, AttributeRoot.Time, AttributeRoot.Action]
        )
        {
            Should.Throw<ArgumentException>(() => schema.With(new ConditionAttribute(root, "x", ConditionType.Bool)));
        }

        Should.Throw<ArgumentException>(() =>
            schema.With(new ConditionAttribute(AttributeRoot.User, "a b", ConditionType.Bool))
        );
    }

    [Fact]
    public void A_date_of_a_catalogue_is_ordered_only_if_it_is_one()
    {
        var schema = ConditionSchema.Standard.With(
            new ConditionAttribute(AttributeRoot.Resource, "until", ConditionType.Date)
        );
        var condition = Condition.Parse("resource.until >= '2026-11-21'", schema).Condition!;
        foreach (
            var (until, truth) in new[]
            {
                ("2026-11-21", Truth.True),
                ("2025-12-31", Truth.False),
                ("21.11.2026", Truth.Unknown),
                ("2026-11-2x", Truth.Unknown),
                ("3026-1-1", Truth.Unknown),
            }
        )
        {
            var facts = new Facts { Resource = Given.Set(("until", AttributeValue.Of(until))) };
            condition.Evaluate(facts).ShouldBe(truth, until);
        }
    }

    private static string Errors(string text) =>
        string.Join("; ", Condition.Parse(text, ConditionSchema.Standard).Errors.Select(error => error.Message));
}
