using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What a proof over large manifests costs. Bounds are loose: a busy machine isn't a regression.</summary>
public sealed class NarrowingCostTests
{
    [Theory]
    [InlineData("tool")]
    [InlineData("connect")]
    [InlineData("read")]
    public void A_thousand_rules_against_a_thousand_are_compared_in_a_moment(string verb)
    {
        var b = Manifest(verb, 1_000, 0);
        var a = Manifest(verb, 1_000, 100);
        NarrowingProof.Of(b, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);

        var clock = Stopwatch.StartNew();
        var less = NarrowingProof.Of(a, b, Rules.Now);
        var proved = clock.Elapsed;
        var more = NarrowingProof.Of(b, a, Rules.Now);

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{verb}: proved in {proved.TotalMilliseconds:N0} ms ({less.Atoms} atoms), both ways in {clock.Elapsed.TotalMilliseconds:N0} ms"
            )
        );
        less.Answer.ShouldBe(NarrowingAnswer.Proved, string.Join(", ", less.Excesses.Take(3)));
        more.Answer.ShouldBe(NarrowingAnswer.Refuted);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    // Seven of ten allow, one asks, two deny; names with a wildcard at the end now and then. The last `denied` rules are denials in A.
    private static Manifest Manifest(string verb, int count, int denied)
    {
        var rules = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < count; i++)
        {
            var effect = (i % 10) switch
            {
                < 7 => "allow",
                7 => "ask",
                _ => "deny",
            };
            var n = i.ToString(CultureInfo.InvariantCulture);
            var star = i % 13 == 0 ? "*" : "";
            rules.Add(
                verb switch
                {
                    "tool" => $"{effect}: tool server{i % 20}/do_{n}_it{star}",
                    "connect" => $"{effect}: connect {(star.Length > 0 ? "*." : "")}host{n}.example:443",
                    _ => $"{effect}: read workspace/{n}/{(star.Length > 0 ? "**" : "file.txt")}",
                }
            );
        }

        for (var i = 0; i < denied; i++)
        {
            var n = (i * 7).ToString(CultureInfo.InvariantCulture);
            rules.Add(
                verb switch
                {
                    "tool" => $"deny: tool */do_{n}_it",
                    "connect" => $"deny: connect host{n}.example:*",
                    _ => $"deny: read workspace/{n}",
                }
            );
        }

        return Rules.Manifest(rules.ToImmutable(), []);
    }
}
