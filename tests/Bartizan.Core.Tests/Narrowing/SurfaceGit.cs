using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>A Git host, and what of it is compared.</summary>
internal static class SurfaceGit
{
    private const string OfAddress = "made of the address";

    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal)
        {
            ["GitHost.Name"] = "the key that two hosts are compared by",
            ["GitHost.Host"] = OfAddress,
            ["GitHost.Port"] = OfAddress,
            ["GitHost.User"] = OfAddress,
            ["GitHost.Folder"] = OfAddress,
            ["GitHost.Address"] = OfAddress,
            ["GitHost.HostKeyAlgorithms"] = "made of the key",
        };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Git"] = m => m with { Git = m.Git.Add("more", m.Git["g"]) },
            ["GitHost.Url"] = m => Changed(m, g => g with { Url = new Uri("ssh://git@other.example/") }),
            ["GitHost.HostKey"] = m => Changed(m, g => g with { HostKey = "ssh-ed25519 BBBB" }),
            ["GitHost.Credential"] = m => Changed(m, g => g with { Credential = "other" }),
            ["GitHost.Place"] = m => Changed(m, g => g with { Place = "elsewhere" }),
        };

    public static ImmutableDictionary<string, GitHost> Some() =>
        ImmutableDictionary<string, GitHost>.Empty.Add(
            "g",
            new GitHost
            {
                Name = "g",
                Url = new Uri("ssh://git@git.example/"),
                HostKey = "ssh-ed25519 AAAA",
                Credential = "key",
                Place = "eu",
            }
        );

    private static Manifest Changed(Manifest m, Func<GitHost, GitHost> other) =>
        m with
        {
            Git = m.Git.SetItem("g", other(m.Git["g"])),
        };
}
