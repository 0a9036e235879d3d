using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What a manifest reaches beside models and tool servers: hosts, databases, Git, providers.</summary>
internal static class SurfacePlaces
{
    public static Dictionary<string, string> LeftOut { get; } =
        new([.. SurfaceDatabases.LeftOut, .. SurfaceGit.LeftOut], StringComparer.Ordinal);

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(
            [
                .. SurfaceDatabases.Compared,
                .. SurfaceGit.Compared,
                .. SurfaceHosts.Compared,
                .. SurfaceProviders.Compared,
            ],
            StringComparer.Ordinal
        );
}
