using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What holds of every proof. The number of cases is a few seconds' worth; <c>bench/soak/narrowing.sh</c> runs 100,000.</summary>
public sealed class NarrowingPropertyTests
{
    private static readonly int _cases = int.TryParse(
        Environment.GetEnvironmentVariable("BARTIZAN_NARROWING_CASES"),
        out var n
    )
        ? n
        : 2_000;

    [Fact]
    public void It_agrees_with_brute_force_over_small_worlds()
    {
        var (proved, refuted, unproved) = (0, 0, 0);
        var actions = NarrowingWorld.Verbs.ToDictionary(v => v, NarrowingWorld.Actions);
        ForAll(
            _cases / 8,
            (world, verb, seed) =>
            {
                var (a, b) = (world.Manifest(verb), world.Manifest(verb));
                var proof = NarrowingProof.Of(a, b, Rules.Now);
                var more = FindMore(Policy.Compile(a), Policy.Compile(b), actions[verb]);
                proved += proof.Answer == NarrowingAnswer.Proved ? 1 : 0;
                refuted += proof.Answer == NarrowingAnswer.Refuted ? 1 : 0;
                unproved += proof.Answer == NarrowingAnswer.Unproved ? 1 : 0;

                // Proved exactly when no action shows more. What only an alias or another spelling shows is not called refuted.
                (proof.Answer == NarrowingAnswer.Proved).ShouldBe(
                    more is null,
                    $"seed {seed}, {verb}: {Shown(a, b, more)}"
                );
                var plain =
                    more
                    is not (null or FileTarget { Aliases.IsEmpty: false } or ExecTarget { Spellings.IsEmpty: false });
                if (plain)
                {
                    proof.Answer.ShouldBe(NarrowingAnswer.Refuted, $"seed {seed}, {verb}: {Shown(a, b, more)}");
                }
            }
        );
        proved.ShouldBeGreaterThan(0);
        refuted.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"proved {proved}, refuted {refuted}, unproved {unproved}");
    }

    [Fact]
    public void Every_counterexample_really_differs() =>
        ForAll(
            _cases,
            (world, verb, seed) =>
            {
                var (a, b) = (world.Manifest(verb), world.Manifest(verb));
                var (first, second) = (Policy.Compile(a), Policy.Compile(b));
                foreach (var excess in NarrowingProof.Of(a, b, Rules.Now).Excesses.Where(e => e.IsCertain))
                {
                    Exceeds(
                            first.Screen(excess.Action!, excess.At!.Value),
                            second.Screen(excess.Action!, excess.At!.Value)
                        )
                        .ShouldBeTrue($"seed {seed}: {excess}");
                    excess.At!.Value.ShouldBeGreaterThanOrEqualTo(Rules.Now);
                }
            }
        );

    [Fact]
    public void Every_manifest_is_at_most_itself() =>
        ForAll(
            _cases,
            (world, verb, seed) =>
            {
                var a = world.Manifest(verb);
                var proof = NarrowingProof.Of(a, a, Rules.Now);
                proof.Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}: {string.Join(", ", proof.Excesses)}");
            }
        );

    [Fact]
    public void At_most_the_least_is_at_most_the_most()
    {
        var chains = 0;
        ForAll(
            _cases,
            (world, verb, seed) =>
            {
                // Random manifests are seldom within each other: the middle one is made of the outer, or of the inner.
                var c = world.Manifest(verb, 3);
                var b = NarrowingWorld.With(c, world.Rule(verb, seed % 3 == 0 ? "allow" : "deny", isCeiling: false));
                var a = NarrowingWorld.With(b, world.Rule(verb, seed % 2 == 0 ? "deny" : "allow", isCeiling: false));
                if (
                    NarrowingProof.Of(a, b, Rules.Now).Answer == NarrowingAnswer.Proved
                    && NarrowingProof.Of(b, c, Rules.Now).Answer == NarrowingAnswer.Proved
                )
                {
                    chains++;
                    NarrowingProof.Of(a, c, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}");
                }
            }
        );
        chains.ShouldBeGreaterThan(_cases / 20);
    }

    [Fact]
    public void One_more_denial_never_breaks_it() =>
        ForAll(
            _cases,
            (world, verb, seed) =>
            {
                var b = world.Manifest(verb);
                var a = NarrowingWorld.With(b, world.Rule(verb, "deny", isCeiling: false));
                NarrowingProof.Of(a, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}");
            }
        );

    [Fact]
    public void One_allow_less_never_breaks_it_in_a_manifest() =>
        ForAll(
            _cases,
            (world, verb, seed) =>
            {
                // Two rules that inject different credentials deny each other: one less is more then. So is one that has a host looked
                // into, where a tunnel to it is left.
                var b = world.Manifest(verb);
                b = b with
                {
                    Layers =
                    [
                        .. b.Layers.Select(l =>
                            l with
                            {
                                Rules = [.. l.Rules.Select(r => r with { Credential = null })],
                            }
                        ),
                    ],
                };
                var own = b.Layers[^1];
                var at = own
                    .Rules.ToList()
                    .FindIndex(r =>
                        r.Effect == Effect.Allow
                        && (r.Verb != Verb.Http || r.Pattern.Contains(" http:", StringComparison.Ordinal))
                    );
                if (at >= 0)
                {
                    var a = b with { Layers = [.. b.Layers[..^1], own with { Rules = own.Rules.RemoveAt(at) }] };
                    var proof = NarrowingProof.Of(a, b, Rules.Now);
                    proof.Excesses.Where(e => e.Kind != ExcessKind.Obligation).ShouldBeEmpty($"seed {seed}");
                }
            }
        );

    [Fact]
    public void An_ask_in_the_place_of_an_allow_never_breaks_it() =>
        ForAll(
            _cases,
            (world, _, seed) =>
            {
                // Models only: elsewhere the pattern of an ask means more than the same pattern of an allow (what is below a
                // folder, a program wherever it lies, addresses), and what was denied there is asked then.
                var b = world.Manifest(Verb.Model);
                var own = b.Layers[^1];
                var at = own.Rules.ToList().FindIndex(r => r is { Effect: Effect.Allow, Expires: null });
                if (at >= 0)
                {
                    var asks = own.Rules[at] with { Effect = Effect.Ask };
                    var a = b with { Layers = [.. b.Layers[..^1], own with { Rules = own.Rules.SetItem(at, asks) }] };
                    NarrowingProof.Of(a, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved, $"seed {seed}");
                }
            }
        );

    private static void ForAll(int cases, Action<NarrowingWorld, Verb, int> holds)
    {
        for (var seed = 0; seed < cases; seed++)
        {
            holds(new NarrowingWorld(seed), NarrowingWorld.Verbs[seed % NarrowingWorld.Verbs.Length], seed);
        }
    }

    private static ActionTarget? FindMore(Policy a, Policy b, ImmutableArray<ActionTarget> actions)
    {
        ActionTarget? found = null;
        foreach (var action in actions)
        {
            foreach (var at in NarrowingWorld.Times())
            {
                if (Exceeds(a.Screen(action, at), b.Screen(action, at)))
                {
                    found = action;
                    if (
                        action is not (FileTarget { Aliases.IsEmpty: false } or ExecTarget { Spellings.IsEmpty: false })
                    )
                    {
                        return action;
                    }
                }
            }
        }

        return found;
    }

    // Each field that the world's rules name, something below each of them, and something that none names.
    private static readonly string[] _fields = ["a.x", "a.b.x", "b.x", "x"];

    private static bool Exceeds(Decision first, Decision second) =>
        first.Effect > second.Effect
        || (
            first.Effect > Effect.Deny
            && (
                (first.Obligations.Credential is { } c && second.Obligations.Credential != c)
                || (first.Obligations.PrivateAddresses && !second.Obligations.PrivateAddresses)
                || (second.Effect > Effect.Deny && !first.Obligations.Witnessed && second.Obligations.Witnessed)
                || (
                    second.Effect > Effect.Deny
                    && _fields.Any(f =>
                        (first.Obligations.Keep?.Keeps(f) ?? true) && second.Obligations.Keep?.Keeps(f) == false
                    )
                )
                || second.Obligations.Approvals.Any(terms =>
                    !first.Obligations.Approvals.Any(own => own.IsAtLeast(terms))
                )
            )
        );

    private static string Shown(Manifest a, Manifest b, ActionTarget? more) => $"{Lines(a)}\n--\n{Lines(b)}\n-- {more}";

    private static string Lines(Manifest manifest) =>
        string.Join(
            '\n',
            manifest.Layers.SelectMany(l =>
                l.Rules.Select(r =>
                    $"{l.Name} {r.Text} {r.Expires} {r.Credential} {r.Witnessed} {r.Approval?.Canonical} {r.Keep?.Canonical}"
                )
            )
        );
}
