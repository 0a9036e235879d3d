using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Table = every rule asked = brute force. The seed is in every message.</summary>
public sealed class BruteForceTests
{
    private const int Policies = 2_000;
    private const int ActionsEach = 60;

    [Fact]
    public void The_table_and_the_specification_decide_as_brute_force_does()
    {
        var (cases, effects) = (0, new int[3]);
        var verbs = new Dictionary<(Verb, Effect), int>();
        for (var seed = 0; seed < Policies; seed++)
        {
            var world = new RandomWorld(seed);
            var observe = seed % 5 == 0;
            var table = Policy.Compile(world.Manifest, observe);
            var naive = Policy.CompileNaive(world.Manifest, observe);
            for (var i = 0; i < ActionsEach; i++, cases++)
            {
                var (target, known, plain) = world.Action();
                var (one, other) = (table.Screen(target, known), naive.Screen(target, known));
                var brute = BruteForce.Decide(world.Layers, target, plain, observe);
                if (one.Effect != brute || other.Effect != brute)
                {
                    Assert.Fail(
                        $"seed {seed}, action {i}: {target.Verb} {target.Text} with {plain.Args} by {plain.User}, {plain.Labels}: "
                            + $"table {one.Effect}, specification {other.Effect}, brute force {brute}; {one.Reason}"
                    );
                }

                effects[(int)brute]++;
                verbs[(target.Verb, brute)] = verbs.GetValueOrDefault((target.Verb, brute)) + 1;
            }
        }

        cases.ShouldBeGreaterThanOrEqualTo(100_000);
        effects.ShouldAllBe(count => count > cases / 50, "each effect is met");
        foreach (var verb in Enum.GetValues<Verb>().Where(v => v != Verb.Unknown))
        {
            verbs.ShouldContainKey((verb, Effect.Allow));
            verbs.ShouldContainKey((verb, Effect.Ask));
            verbs.ShouldContainKey((verb, Effect.Deny));
        }
    }
}
