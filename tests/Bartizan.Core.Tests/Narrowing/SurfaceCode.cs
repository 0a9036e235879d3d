using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>The code tool, and what of it is compared.</summary>
internal static class SurfaceCode
{
    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal) { ["ToolServer.IsOwn"] = "made of the others" };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["ToolServer.Code"] = m => Changed(m, s => s with { Code = s.Code! with { OutputBytes = 2000 } }),
            ["CodeTerms.Languages"] = m => Terms(m, c => c with { Languages = c.Languages.Add("bash", ["bash"]) }),
            ["CodeTerms.Isolation"] = m => Terms(m, c => c with { Isolation = IsolationKind.Oci }),
            ["CodeTerms.Image"] = m => Terms(m, c => c with { Image = "a@sha256:0" }),
            ["CodeTerms.OutputBytes"] = m => Terms(m, c => c with { OutputBytes = c.OutputBytes + 1 }),
            ["CodeTerms.Limits"] = m => Limited(m, l => l with { WallClock = TimeSpan.FromMinutes(8) }),
        };

    public static ImmutableDictionary<string, ToolServer> With(ToolServer other) =>
        ImmutableDictionary<string, ToolServer>.Empty.Add(other.Name, other).Add(CodeTerms.Server, One());

    public static ToolServer One() =>
        new()
        {
            Name = CodeTerms.Server,
            Egress = ["a.example"],
            Code = new CodeTerms
            {
                Languages = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("python", ["python3"]),
                OutputBytes = 1000,
            },
        };

    public static Manifest Changed(Manifest m, Func<ToolServer, ToolServer> other) =>
        m with
        {
            Servers = m.Servers.SetItem(CodeTerms.Server, other(m.Servers[CodeTerms.Server])),
        };

    public static Manifest Terms(Manifest m, Func<CodeTerms, CodeTerms> other) =>
        Changed(m, s => s with { Code = other(s.Code!) });

    public static Manifest Limited(Manifest m, Func<Limits, Limits> other) =>
        Terms(m, c => c with { Limits = other(c.Limits) });
}
