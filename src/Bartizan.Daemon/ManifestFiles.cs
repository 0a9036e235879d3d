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
            var load = ManifestLoader.Load(
                text,
                path,
                file =>
                {
                    files.Add(Path.GetFullPath(file, Path.GetDirectoryName(path)!));
                    return Read(file);
                }
            );
            if (load.Manifest?.Run?.Scan is { } scan)
            {
                // What lets an agent run in its image is no more the agent's to write than its rules are.
                files.Add(Path.GetFullPath(scan.File, Path.GetDirectoryName(path)!));
            }

            if (load.Manifest?.Serve?.Callers.Certificates is { } shown)
            {
                // Nor is what says who may call it.
                files.Add(Path.GetFullPath(shown.Authority, Path.GetDirectoryName(path)!));
            }
        }

        return files;
    }

    // Relative paths of a manifest start at its own folder, wherever the daemon runs.
    private static Manifest Placed(Manifest manifest, string folder) =>
        manifest with
        {
            Serve = Placed(manifest.Serve, folder),
            Models = Placed(
                manifest.Models,
                folder,
                m => m.CertificateAuthority,
                (m, ca) => m with { CertificateAuthority = ca }
            ),
            Hosts = Placed(
                manifest.Hosts,
                folder,
                h => h.CertificateAuthority,
                (h, ca) => h with { CertificateAuthority = ca }
            ),
            Providers = Placed(
                manifest.Providers,
                folder,
                p => p.CertificateAuthority,
                (p, ca) => p with { CertificateAuthority = ca }
            ),
            Databases = Placed(
                manifest.Databases,
                folder,
                d => d.CertificateAuthority,
                (d, ca) => d with { CertificateAuthority = ca }
            ),
        };

    private static ServeSection? Placed(ServeSection? serve, string folder) =>
        serve is null
            ? null
            : serve with
            {
                Tls = serve.Tls is { } tls
                    ? new ServeTls(Path.GetFullPath(tls.Certificate, folder), Path.GetFullPath(tls.Key, folder))
                    : null,
                Callers = serve.Callers with
                {
                    Oidc = serve.Callers.Oidc?.From(folder),
                    Certificates = serve.Callers.Certificates is { } shown
                        ? shown with
                        {
                            Authority = Path.GetFullPath(shown.Authority, folder),
                        }
                        : null,
                },
            };

    private static ImmutableDictionary<string, T> Placed<T>(
        ImmutableDictionary<string, T> terms,
        string folder,
        Func<T, string?> path,
        Func<T, string, T> at
    ) =>
        terms.ToImmutableDictionary(
            t => t.Key,
            t => path(t.Value) is { } relative ? at(t.Value, Path.GetFullPath(relative, folder)) : t.Value
        );

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
