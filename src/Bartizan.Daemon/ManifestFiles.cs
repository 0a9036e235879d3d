using System.Collections.Immutable;
using System.Security;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon;

/// <summary>Reads manifests from disk; the loader itself does no I/O.</summary>
public static class ManifestFiles
{
    /// <summary>Loads a manifest and the baselines it extends.</summary>
    /// <param name="path">The manifest's absolute path.</param>
    public static ManifestLoad Load(string path) => Load(path, out _);

    /// <summary>Loads a manifest and the baselines it extends, and says what stood in its file.</summary>
    public static ManifestLoad Load(string path, out string text)
    {
        text = Read(path)!;
        var load = text is null
            ? new ManifestLoad(
                null,
                [
                    new ManifestError(
                        new SourcePosition(path, 1, 1),
                        "the manifest can't be read",
                        "check the file's path and mode"
                    ),
                ]
            )
            : ManifestLoader.Load(text, path, Read, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        return load.Manifest is { } manifest
            ? load with
            {
                Manifest = Placed(manifest, Path.GetDirectoryName(path)!),
            }
            : load;
    }

    /// <summary>Who wrote a manifest: the owner that it names, and the account that its file belongs to.</summary>
    public static ImmutableHashSet<string> AuthorsOf(string path, Manifest manifest) =>
        [
            .. manifest.Owner.Length > 0 ? [manifest.Owner] : ImmutableArray<string>.Empty,
            .. FileOwner.Of(path) is { } owner ? [People.Name(owner.Uid)] : ImmutableArray<string>.Empty,
        ];

    /// <summary>The files that a manifest is made of: itself and what it extends.</summary>
    public static IReadOnlyCollection<string> Chain(string path)
    {
        var files = new HashSet<string>(StringComparer.Ordinal) { path };
        if (Read(path) is { } text)
        {
            _ = ManifestLoader.Load(
                text,
                path,
                file =>
                {
                    files.Add(Path.GetFullPath(file, Path.GetDirectoryName(path)!));
                    return Read(file);
                }
            );
        }

        return files;
    }

    // Relative paths of a manifest start at its own folder, wherever the daemon runs.
    private static Manifest Placed(Manifest manifest, string folder) =>
        manifest with
        {
            Models = manifest.Models.ToImmutableDictionary(
                m => m.Key,
                m =>
                    m.Value.CertificateAuthority is { } ca
                        ? m.Value with
                        {
                            CertificateAuthority = Path.GetFullPath(ca, folder),
                        }
                        : m.Value
            ),
            Hosts = manifest.Hosts.ToImmutableDictionary(
                h => h.Key,
                h =>
                    h.Value.CertificateAuthority is { } ca
                        ? new HostTerms { CertificateAuthority = Path.GetFullPath(ca, folder) }
                        : h.Value
            ),
            Databases = manifest.Databases.ToImmutableDictionary(
                d => d.Key,
                d =>
                    d.Value.CertificateAuthority is { } ca
                        ? d.Value with
                        {
                            CertificateAuthority = Path.GetFullPath(ca, folder),
                        }
                        : d.Value
            ),
        };

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or SecurityException or ArgumentException)
        {
            return null;
        }
    }
}
