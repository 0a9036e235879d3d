using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>A database, and what of it is compared.</summary>
internal static class SurfaceDatabases
{
    private const string OfAddress = "made of the address";

    public static Dictionary<string, string> LeftOut { get; } =
        new(StringComparer.Ordinal)
        {
            ["ToolDatabase.Name"] = "the key that two databases are compared by",
            ["ToolDatabase.Address"] = OfAddress,
            ["ToolDatabase.Host"] = OfAddress,
            ["ToolDatabase.Port"] = OfAddress,
            ["ToolDatabase.Database"] = OfAddress,
            ["ToolDatabase.User"] = OfAddress,
            ["ToolDatabase.IsEncrypted"] = OfAddress,
        };

    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Databases"] = m => m with { Databases = m.Databases.Add("more", m.Databases["d"]) },
            ["ToolDatabase.Url"] = m => Changed(m, d => d with { Url = new Uri("postgres://b@other.example/d") }),
            ["ToolDatabase.Credential"] = m => Changed(m, d => d with { Credential = "other" }),
            ["ToolDatabase.CertificateAuthority"] = m => Changed(m, d => d with { CertificateAuthority = "own.pem" }),
            ["ToolDatabase.Ttl"] = m => Changed(m, d => d with { Ttl = TimeSpan.FromHours(1) }),
            ["ToolDatabase.MaxTtl"] = m => Changed(m, d => d with { MaxTtl = TimeSpan.FromDays(9) }),
            ["ToolDatabase.Place"] = m => Changed(m, d => d with { Place = "elsewhere" }),
        };

    public static ImmutableDictionary<string, ToolDatabase> Some() =>
        ImmutableDictionary<string, ToolDatabase>.Empty.Add(
            "d",
            new ToolDatabase
            {
                Name = "d",
                Url = new Uri("postgres://b@db.example/d"),
                Credential = "key",
                Place = "eu",
            }
        );

    private static Manifest Changed(Manifest m, Func<ToolDatabase, ToolDatabase> other) =>
        m with
        {
            Databases = m.Databases.SetItem("d", other(m.Databases["d"])),
        };
}
