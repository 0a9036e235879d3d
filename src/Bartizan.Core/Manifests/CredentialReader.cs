using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>credentials</c>. What the shape already refused is skipped without a second complaint.</summary>
internal static class CredentialReader
{
    /// <summary>What a placeholder can look like, by the words of a manifest.</summary>
    public static ImmutableSortedDictionary<string, PlaceholderShape> Shapes { get; } =
        Enum.GetValues<PlaceholderShape>()
            .ToImmutableSortedDictionary(s => s.ToString().ToLowerInvariant(), s => s, StringComparer.Ordinal);

    /// <summary>The credentials.</summary>
    public static ImmutableDictionary<string, CredentialSource> Read(SourceNode.Map root)
    {
        var credentials = ImmutableDictionary.CreateBuilder<string, CredentialSource>(StringComparer.Ordinal);
        foreach (var (name, value) in ManifestReader.Entries(root.Find("credentials")))
        {
            var map = value as SourceNode.Map;
            var from = RuleReader.TextOf(map, "from") ?? "";
            var colon = from.IndexOf(':', StringComparison.Ordinal);
            var origin =
                colon < 0 ? CredentialOrigin.Unknown
                : from[..colon] == "env" ? CredentialOrigin.Variable
                : from[..colon] == "file" ? CredentialOrigin.File
                : from[..colon] == "vault" ? CredentialOrigin.Vault
                : from[..colon] == "identity" ? CredentialOrigin.Identity
                : from[..colon] == "provider" ? CredentialOrigin.Provider
                : CredentialOrigin.Unknown;
            var place = PlaceOf(map?.Find("in"));
            if (origin != CredentialOrigin.Unknown)
            {
                credentials[name.Text] = new CredentialSource(name.Text, origin, from[(colon + 1)..])
                {
                    Ttl = Units.TryTime(RuleReader.TextOf(map, "ttl") ?? "", out var ttl) ? ttl : null,
                    Parameters = ManifestReader.ReadAttributes(map?.Find("params")),
                    Place = place,
                    Variable = RuleReader.TextOf(map, "as"),
                    Shape =
                        RuleReader.TextOf(map, "like") is { } like ? Shapes.GetValueOrDefault(like)
                        : place.Surface == CredentialSurface.SigV4 ? PlaceholderShape.Aws
                        : PlaceholderShape.Plain,
                    Why = RuleReader.TextOf(map, "why"),
                    Counters = RuleReader.TextOf(map, "counters"),
                };
            }
        }

        return credentials.ToImmutable();
    }

    private static CredentialPlace PlaceOf(SourceNode? node)
    {
        if (node is not SourceNode.Map map)
        {
            return CredentialPlace.Bearer;
        }

        if (map.Find("sigv4") is SourceNode.Map terms)
        {
            return new CredentialPlace(CredentialSurface.SigV4)
            {
                Region = RuleReader.TextOf(terms, "region") ?? "",
                Service = RuleReader.TextOf(terms, "service") ?? "",
                AccessKey = RuleReader.TextOf(terms, "access_key") ?? "",
            };
        }

        return Of("header", CredentialSurface.Header)
            ?? Of("basic", CredentialSurface.Basic)
            ?? Of("query", CredentialSurface.Query)
            ?? Of("json", CredentialSurface.Json)
            ?? Of("form", CredentialSurface.Form)
            ?? CredentialPlace.Bearer;

        CredentialPlace? Of(string key, CredentialSurface surface) =>
            RuleReader.TextOf(map, key) is { } name ? new CredentialPlace(surface, name) : null;
    }
}
