using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>providers</c>. What the shape already refused is skipped without a second complaint.</summary>
internal static class ProviderReader
{
    private static readonly (string Word, ProviderAuth Auth)[] s_ways =
    [
        ("approle", ProviderAuth.AppRole),
        ("jwt", ProviderAuth.Jwt),
        ("kubernetes", ProviderAuth.Kubernetes),
    ];

    private static readonly string[] s_common = ["kind", "url", "with", "ca"];

    /// <summary>The providers.</summary>
    public static ImmutableDictionary<string, CredentialProvider> Read(SourceNode.Map root)
    {
        var providers = ImmutableDictionary.CreateBuilder<string, CredentialProvider>(StringComparer.Ordinal);
        foreach (var (name, value) in ManifestReader.Entries(root.Find("providers")))
        {
            if (
                value is SourceNode.Map map
                && ProviderForms.Of(RuleReader.TextOf(map, "kind")) is { } form
                && ReadOne(name.Text, map, form) is { } provider
            )
            {
                providers[name.Text] = provider;
            }
        }

        return providers.ToImmutable();
    }

    private static CredentialProvider? ReadOne(string name, SourceNode.Map map, ProviderForm form)
    {
        var settings =
            form.Kind == ProviderKind.Vault ? ImmutableSortedDictionary<string, string>.Empty : SettingsOf(map);
        if (!Uri.TryCreate(RuleReader.TextOf(map, "url") ?? form.DefaultUrl(settings), UriKind.Absolute, out var url))
        {
            return null;
        }

        var provider = new CredentialProvider
        {
            Name = name,
            Kind = form.Kind,
            Url = url,
            Credential = RuleReader.TextOf(map, "with") ?? "",
            CertificateAuthority = RuleReader.TextOf(map, "ca"),
            Settings = settings,
        };
        if (form.Kind != ProviderKind.Vault)
        {
            return provider;
        }

        var auth = map.Find("auth") as SourceNode.Map;
        var (word, way) = s_ways.FirstOrDefault(one => RuleReader.TextOf(auth, one.Word) is not null);
        return provider with
        {
            Auth = way,
            Role = word is null ? "" : RuleReader.TextOf(auth, word)!,
            Mount = (RuleReader.TextOf(auth, "mount") ?? word ?? "").Trim('/'),
            Namespace = RuleReader.TextOf(map, "namespace")?.Trim('/'),
        };
    }

    /// <summary>What stands beside the keys of every provider.</summary>
    public static ImmutableSortedDictionary<string, string> SettingsOf(SourceNode.Map map)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries.Where(one => !s_common.Contains(one.Key.Text)))
        {
            if (RuleReader.TextOf(map, key.Text) is { } text)
            {
                settings[key.Text] = text;
            }

            foreach (var (inner, _) in ManifestReader.Entries(value))
            {
                if (RuleReader.TextOf(value as SourceNode.Map, inner.Text) is { } one)
                {
                    settings[$"{key.Text}.{inner.Text}"] = one;
                }
            }
        }

        return settings.ToImmutable();
    }
}
