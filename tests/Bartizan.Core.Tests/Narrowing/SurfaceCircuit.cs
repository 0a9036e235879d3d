using Bartizan.Core.Circuits;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What is compared of when an agent stops calling what fails.</summary>
internal static class SurfaceCircuit
{
    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Circuit.ErrorsPerMille"] = m => Broken(m, c => c with { ErrorsPerMille = 501 }),
            ["Circuit.Window"] = m => Broken(m, c => c with { Window = TimeSpan.FromSeconds(1) }),
            ["Circuit.CoolDown"] = m => Broken(m, c => c with { CoolDown = TimeSpan.FromSeconds(1) }),
            ["Circuit.AtLeast"] = m => Broken(m, c => c with { AtLeast = 6 }),
            ["Circuit.Slow"] = m => Broken(m, c => c with { Slow = null }),
            ["Circuit.Refusals"] = m => Broken(m, c => c with { Refusals = 51 }),
        };

    private static Manifest Broken(Manifest manifest, Func<Circuit, Circuit> change) =>
        manifest with
        {
            Circuit = change(manifest.Circuit!),
        };
}
