using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>
/// The proof against random calls, where rules have conditions and arguments. The number of pairs is a few seconds' worth;
/// <c>bench/soak/narrowing.sh</c> runs 100,000.
/// </summary>
public sealed class FactPropertyTests
{
    private const int Calls = 200;

    private static readonly int _cases = int.TryParse(
        Environment.GetEnvironmentVariable("BARTIZAN_NARROWING_CASES"),
        out var n
    )
        ? n
        : 400;

    [Fact]
    public void No_call_shows_more_than_what_was_proved()
    {
        var (proved, refuted, unproved, alarms) = (0, 0, 0, 0);
        for (var seed = 0; seed < _cases; seed++)
        {
            var world = new FactWorld(seed);
            var b = world.Manifest();
            var a = seed % 4 == 0 ? world.Manifest() : world.Changed(b);
            var proof = NarrowingProof.Of(a, b, Rules.Now);
            var (first, second) = (Policy.Compile(a), Policy.Compile(b));
            var more = Enumerable
                .Range(0, Calls)
                .Select(_ => world.Call())
                .FirstOrDefault(call => Exceeds(first, a, second, b, call));
            var shown =
                $"seed {seed}\n{Lines(a)}\n--\n{Lines(b)}\n-- {more} {more?.Arguments}\n{string.Join('\n', proof.Excesses)}";
            if (proof.Answer == NarrowingAnswer.Proved)
            {
                proved++;
                more.ShouldBeNull(shown);
            }

            refuted += proof.Answer == NarrowingAnswer.Refuted ? 1 : 0;
            unproved += proof.Answer == NarrowingAnswer.Unproved ? 1 : 0;
            alarms += proof.Answer == NarrowingAnswer.Unproved && more is not null ? 1 : 0;
            foreach (var excess in proof.Excesses.Where(e => e is { IsCertain: true, Asked: not null }))
            {
                Exceeds(first, a, second, b, excess.Asked!).ShouldBeTrue(shown);
            }
        }

        proved.ShouldBeGreaterThan(_cases / 20);
        refuted.ShouldBeGreaterThan(_cases / 20);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"proved {proved}, refuted {refuted}, unproved {unproved}, of which a call shows more {alarms}"
        );
    }

    [Fact]
    public void Every_manifest_is_at_most_itself()
    {
        for (var seed = 0; seed < _cases; seed++)
        {
            var a = new FactWorld(seed).Manifest(4);
            NarrowingProof.Of(a, a, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}\n{Lines(a)}");
        }
    }

    [Fact]
    public void One_more_denial_never_breaks_it()
    {
        for (var seed = 0; seed < _cases; seed++)
        {
            var world = new FactWorld(seed);
            var b = world.Manifest();
            var a = NarrowingWorld.With(b, world.Rule("deny"));
            NarrowingProof.Of(a, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}\n{Lines(a)}");
        }
    }

    [Fact]
    public void At_most_the_least_is_at_most_the_most()
    {
        var chains = 0;
        for (var seed = 0; seed < _cases; seed++)
        {
            var world = new FactWorld(seed);
            var c = world.Manifest(2);
            var (b, a) = (world.Changed(c), c);
            a = world.Changed(b);
            if (
                NarrowingProof.Of(a, b, Rules.Now).Answer == NarrowingAnswer.Proved
                && NarrowingProof.Of(b, c, Rules.Now).Answer == NarrowingAnswer.Proved
            )
            {
                chains++;
                NarrowingProof
                    .Of(a, c, Rules.Now)
                    .Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}\n{Lines(a)}\n{Lines(b)}\n{Lines(c)}");
            }
        }

        chains.ShouldBeGreaterThan(_cases / 40);
    }

    private static bool Exceeds(Policy first, Manifest a, Policy second, Manifest b, Question call) =>
        call.Ask(first, a, Rules.Now).Decision.Effect > call.Ask(second, b, Rules.Now).Decision.Effect;

    internal static string Lines(Manifest manifest) =>
        string.Join(
            '\n',
            manifest.Layers.SelectMany(l =>
                l.Rules.Select(r =>
                    $"{l.Name} {r.Text} {r.Expires} when {r.When} args {string.Join(", ", r.Arguments)}"
                )
            )
        );
}
