using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What a proof over large manifests costs, in pieces that are compared.</summary>
public sealed class NarrowingCostTests
{
    private const int Count = 1_000;
    private const int Denied = 100;

    [Theory]
    [InlineData("tool")]
    [InlineData("connect")]
    [InlineData("read")]
    public void A_thousand_rules_against_a_thousand_are_cut_into_no_more_pieces_than_there_are_rules(string verb)
    {
        var b = Manifest(verb, Count, 0);
        var a = Manifest(verb, Count, Denied);
        NarrowingProof.Of(b, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);

        var less = NarrowingProof.Of(a, b, Rules.Now);
        var more = NarrowingProof.Of(b, a, Rules.Now);

        less.Answer.ShouldBe(NarrowingAnswer.Proved, string.Join(", ", less.Excesses.Take(3)));
        more.Answer.ShouldBe(NarrowingAnswer.Refuted);
        less.Atoms.ShouldBeInRange(Count, Count + Count + Denied);
        more.Atoms.ShouldBeInRange(Count, Count + Count + Denied);
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
