using System.Text;
using System.Text.Json;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

public sealed class ConditionCostTests
{
    [Theory]
    [InlineData("args.base == \"main\" && size(args.commit_title) <= 200")]
    [InlineData("args.commit_title.contains('\"quoted\"') || args.commit_title.startsWith('x')")]
    [InlineData("args.limit >= 1 && args.limit <= 100.5 && args.ratio < 1 && args.huge > 1")]
    [InlineData("args.base in ['a', 'b', 'main'] && 'de' in args.tags && 'three' in args.mixed")]
    [InlineData("args.nested.list[0].id == 7 && has(args.force) && args.none == null")]
    [InlineData("user.region == resource.region && 'maintainers' in user.groups && agent.version > 6")]
    [InlineData("'untrusted' in session.labels && size(session.labels) == 2 && env.name in ['staging', 'production']")]
    [InlineData("time.hour < 18 && time.weekday in ['Mon', 'Sat'] && time.date < '2027-01-01' && time.minute > 1")]
    [InlineData("!(action.bulk || action.count > 10) && args.half == 'x'")]
    public void A_condition_is_evaluated_without_allocating(string text)
    {
        var condition = Given.Condition(text);
        var facts = Given.Facts;
        var counts = new int[3];
        for (var i = 0; i < 3; i++)
        {
            counts[(int)condition.Evaluate(facts)]++;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            counts[(int)condition.Evaluate(facts)]++;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        counts.Max().ShouldBe(1003);
    }

    [Fact]
    public void Facts_of_an_action_are_made_without_allocating()
    {
        var condition = Given.Condition("args.a == user.region && time.weekday != 'Sun' && time.hour < 23");
        using var document = JsonDocument.Parse("{\"a\":\"e\\u0075\"}"u8.ToArray());
        var user = AttributeSet.Of(KeyValuePair.Create("region", AttributeValue.OfUtf8("eu"u8)));
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var now = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);
        Evaluate().ShouldBe(Truth.True);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Evaluate();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        Truth Evaluate() =>
            condition.Evaluate(
                new Facts
                {
                    Args = document.RootElement,
                    User = user,
                    Time = LocalTime.At(now, zone),
                }
            );
    }

    [Fact]
    public void A_text_of_escapes_is_read_without_allocating()
    {
        var text = string.Concat(Enumerable.Repeat("\\u00e9\\n", 20_000));
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes($$"""{ "a": "{{text}}" }"""));
        var condition = Given.Condition("args.a.contains('no such piece') || size(args.a) != 40000");
        var facts = new Facts { Args = document.RootElement };
        condition.Evaluate(facts).ShouldBe(Truth.False);

        // The pool that long texts borrow from keeps books of its own, and a collection now and then makes it start them anew:
        // what a reading allocates is what the best of a few rounds did.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                condition.Evaluate(facts);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.ShouldBe(0);
    }
}
