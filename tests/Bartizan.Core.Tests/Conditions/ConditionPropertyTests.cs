using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>What holds of every condition, whatever the facts.</summary>
public sealed class ConditionPropertyTests
{
    private static readonly int Cases = PropertyCases.Or(20_000);

    [Fact]
    public void The_canonical_form_comes_to_the_same_and_reads_back_as_itself() =>
        Check(
            (condition, facts, _) =>
            {
                var canonical = Given.Condition(condition.CanonicalText);
                canonical.CanonicalText.ShouldBe(condition.CanonicalText);
                canonical.Digest.ShouldBe(condition.Digest);
                canonical.Formula.ToString().ShouldBe(condition.CanonicalText);
                canonical.Evaluate(facts).ShouldBe(condition.Evaluate(facts));
            }
        );

    [Fact]
    public void What_is_printed_reads_back_as_the_same_condition() =>
        Check(
            (condition, facts, _) =>
            {
                var again = Given.Condition(condition.ToString());
                again.ToString().ShouldBe(condition.ToString());
                again.Digest.ShouldBe(condition.Digest);
                again.Evaluate(facts).ShouldBe(condition.Evaluate(facts));
            }
        );

    [Fact]
    public void The_opposite_of_a_condition_is_the_opposite()
    {
        Truth[] opposite = [Truth.Unknown, Truth.True, Truth.False];
        Check(
            (condition, facts, _) =>
                Given.Condition($"!({condition})").Evaluate(facts).ShouldBe(opposite[(int)condition.Evaluate(facts)])
        );
    }

    [Fact]
    public void Knowing_less_never_turns_an_answer_round() =>
        Check(
            (condition, facts, dice) =>
            {
                var less = Forget(facts, dice);
                condition.Evaluate(less).ShouldBeOneOf(Truth.Unknown, condition.Evaluate(facts));
            }
        );

    [Fact]
    public void Knowing_nothing_leaves_only_constants_known() =>
        Check(
            (condition, _, _) =>
            {
                if (condition.Evaluate(default) != Truth.Unknown)
                {
                    // A known answer came from a literal alone.
                    var text = condition.ToString();
                    (
                        text.Contains("true", StringComparison.Ordinal)
                        || text.Contains("false", StringComparison.Ordinal)
                    ).ShouldBeTrue(text);
                }
            }
        );

    [Fact]
    public void An_explanation_says_of_each_comparison_what_it_comes_to() =>
        Check(
            (condition, facts, _) =>
            {
                foreach (var step in condition.Explain(facts))
                {
                    Given.Condition(step.Text).Evaluate(facts).ShouldBe(step.Truth, step.Text);
                    step.Column.ShouldBeGreaterThan(0);
                    step.Values.Any(char.IsControl).ShouldBeFalse();
                }
            }
        );

    private static Facts Forget(in Facts facts, Dice dice) =>
        new()
        {
            Args = dice.OneIn(2) ? default : facts.Args,
            Agent = dice.OneIn(2) ? null : facts.Agent,
            User = dice.OneIn(2) ? null : facts.User,
            Resource = dice.OneIn(2) ? null : facts.Resource,
            Env = dice.OneIn(2) ? null : facts.Env,
            Labels = dice.OneIn(2) ? null : facts.Labels,
            Time = dice.OneIn(2) ? null : facts.Time,
            Bulk = dice.OneIn(2) ? null : facts.Bulk,
            Count = dice.OneIn(2) ? null : facts.Count,
        };

    private static void Check(Action<Condition, Facts, Dice> holds)
    {
        var (dice, checkedCases) = (new Dice(20261121), 0);
        RandomFacts facts = RandomFacts.Make(dice);
        while (checkedCases < Cases)
        {
            // Facts cost more to make than a condition: each serves for several.
            facts = checkedCases % 5 == 0 ? RandomFacts.Make(dice) : facts;
            var (text, _) = RandomCondition.Make(dice);
            if (Condition.Parse(text, ConditionSchema.Standard).Condition is { } condition)
            {
                holds(condition, facts.Facts, dice);
                checkedCases++;
            }
        }
    }
}
