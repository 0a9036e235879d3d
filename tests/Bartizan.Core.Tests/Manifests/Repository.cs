using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>The checked-out files that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static ManifestLoad LoadFile(string path) => ManifestLoader.Load(File.ReadAllText(path), path, Open);

    public static ManifestLoad LoadText(string text) => ManifestLoader.Load(text, "agent.yaml", _ => null);

    public static string? Open(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Bartizan.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests run from a checkout");
    }
}
