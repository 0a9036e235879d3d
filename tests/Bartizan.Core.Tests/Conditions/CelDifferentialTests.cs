using System.Text.Json.Nodes;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>Beside an independent CEL: an error there is unknown here, and nothing else differs.</summary>
public sealed class CelDifferentialTests(CelPeer peer) : IClassFixture<CelPeer>
{
    private const int FactsEach = 5;

    // These take seconds; bench/soak/cel.sh runs as many as it is told.
    private static readonly int _conditions = int.Parse(
        Environment.GetEnvironmentVariable("BARTIZAN_CEL_CONDITIONS") ?? "2500",
        System.Globalization.CultureInfo.InvariantCulture
    );

    [Fact]
    public async Task Random_conditions_come_to_what_cel_says()
    {
        Assert.SkipWhen(peer.Missing is not null, peer.Missing ?? "");
        var seed = Environment.GetEnvironmentVariable("BARTIZAN_CEL_SEED") ?? "20261121";
        var dice = new Dice(ulong.Parse(seed, System.Globalization.CultureInfo.InvariantCulture));
        var (cases, ours, refused) = (new List<string>(), new List<string>(), 0);
        while (cases.Count < _conditions)
        {
            var (plain, strict) = RandomCondition.Make(dice);
            if (Condition.Parse(plain, ConditionSchema.Standard).Condition is not { } condition)
            {
                refused++;
                continue;
            }

            var facts = Enumerable.Range(0, FactsEach).Select(_ => RandomFacts.Make(dice)).ToArray();
            ours.Add(string.Concat(facts.Select(one => "UFT"[(int)condition.Evaluate(one.Facts)])));
            var tagged = new JsonArray([.. facts.Select(one => one.Tagged)]);
            cases.Add(
                new JsonObject
                {
                    ["plain"] = plain,
                    ["strict"] = strict,
                    ["facts"] = tagged,
                }.ToJsonString()
            );
        }

        var theirs = await CelPeer.EvaluateAsync(cases);

        theirs.Length.ShouldBe(ours.Count);
        var wrong = new List<string>();
        var counts = new Dictionary<char, int>();
        for (var i = 0; i < ours.Count; i++)
        {
            var (plain, strict) = (theirs[i][..FactsEach], theirs[i][(FactsEach + 1)..]);
            for (var j = 0; j < FactsEach; j++)
            {
                var (our, cel, stricter) = (ours[i][j], plain[j], strict[j]);
                counts[our] = counts.GetValueOrDefault(our) + 1;
                if (our != stricter || (our != 'U' && our != cel))
                {
                    var one = JsonNode.Parse(cases[i])!;
                    wrong.Add($"{our}, not {cel} or {stricter}: {one["plain"]} of {one["facts"]![j]!.ToJsonString()}");
                }
            }
        }

        wrong.Take(5).ShouldBeEmpty($"{wrong.Count} of {ours.Count * FactsEach}");
        foreach (var letter in "UFT")
        {
            // A generator that knows one answer only would compare nothing.
            counts[letter].ShouldBeGreaterThan(ours.Count * FactsEach / 8, $"{letter} of {string.Join(", ", counts)}");
        }

        refused.ShouldBeLessThan(ours.Count / 4);
        TestContext.Current.SendDiagnosticMessage(
            $"{ours.Count * FactsEach} results, {string.Join(", ", counts)}; {refused} conditions refused"
        );
    }
}
