using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Tells whether one manifest gives at most what another gives. In come two manifests, out comes a proof, or the
/// actions and values in which the first exceeds the second. It decides no action and changes nothing: at run time
/// layers combine by the minimum whatever is proved here.
/// </summary>
/// <remarks>
/// A is at most B when for every action, at every time from the proof on: what A allows, B allows; what A allows or
/// asks, B allows or asks; what A carries out injects no credential and reaches no private address that B wouldn't;
/// and nothing that stands beside the rules is more. Each is taken under its own environment. Actions are cut into
/// finitely many atoms by the patterns of both, every rule is a box of atoms, and boxes are subtracted. Abstraction
/// only ever adds actions that can't be: what is proved holds, and what is refuted was decided under both manifests
/// before it is said. Between the two lies "unproved", which is never a pass.
/// </remarks>
public sealed record NarrowingProof
{
    /// <summary>How it ended.</summary>
    public required NarrowingAnswer Answer { get; init; }

    /// <summary>In what the first exceeds the second, or might.</summary>
    public required ImmutableArray<Excess> Excesses { get; init; }

    /// <summary>From when on it holds.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>How many atoms the actions were cut into, for reports.</summary>
    public int Atoms { get; init; }

    /// <summary>What sentences call the first.</summary>
    public string First { get; init; } = "A";

    /// <summary>What sentences call the second.</summary>
    public string Second { get; init; } = "B";

    /// <summary>Proves that <paramref name="first"/> is at most <paramref name="second"/>, or says why not.</summary>
    public static NarrowingProof Of(Manifest first, Manifest second, DateTimeOffset from) =>
        Of(first, second, from, ("A", "B"));

    /// <summary>The same, with names for the two.</summary>
    public static NarrowingProof Of(
        Manifest first,
        Manifest second,
        DateTimeOffset from,
        (string First, string Second) names
    )
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (
            new NarrowingSide("A", first, Policy.Compile(first)),
            new NarrowingSide("B", second, Policy.Compile(second))
        );
        var effort = new Effort();
        var excesses = ImmutableArray.CreateBuilder<Excess>();
        excesses.AddRange(new SurfaceProof(names.First, names.Second).Find(first, second));
        var atoms = 0;
        foreach (var verb in Enum.GetValues<Verb>().Where(v => v != Verb.Unknown))
        {
            var proof = new VerbProof(verb, a, b, from, effort, names);
            excesses.AddRange(proof.Find());
            atoms += proof.Atoms;
        }

        foreach (var name in BesideBoth(first, second))
        {
            var proof = new VerbProof(
                Verb.Connect,
                Beside("A", first, name),
                Beside("B", second, name),
                from,
                effort,
                ($"`{name}` of {names.First}", $"`{name}` of {names.Second}")
            );
            excesses.AddRange(proof.Find());
            atoms += proof.Atoms;
        }

        // INVARIANT: a proof that gave up is no proof.
        if (effort.GivenUp is { } why)
        {
            excesses.Add(new Excess(ExcessKind.Unknown, why));
        }

        return new NarrowingProof
        {
            Answer =
                excesses.Count == 0 ? NarrowingAnswer.Proved
                : excesses.Any(e => e.IsCertain) ? NarrowingAnswer.Refuted
                : NarrowingAnswer.Unproved,
            Excesses = excesses.ToImmutable(),
            From = from,
            First = names.First,
            Second = names.Second,
            Atoms = atoms,
        };
    }

    // What one of them alone has is told of its surface. What both have may reach less in one of them: by a baseline, by a denial.
    private static IEnumerable<string> BesideBoth(Manifest first, Manifest second) =>
        first
            .Servers.Where(one => !one.Value.Egress.IsEmpty)
            .Select(one => one.Key)
            .Where(name => second.Servers.TryGetValue(name, out var theirs) && !theirs.Egress.IsEmpty)
            .Order(StringComparer.Ordinal);

    private static NarrowingSide Beside(string side, Manifest manifest, string name)
    {
        var beside = SiblingManifest.Of(manifest, name, manifest.Servers[name].Egress);
        return new NarrowingSide(side, beside, Policy.Compile(beside));
    }
}
