namespace Bartizan.Core.Manifests;

/// <summary>What holds between the providers of a manifest and its credentials.</summary>
internal static class ProviderChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var used = manifest
            .Credentials.Values.Where(source => source.Origin == CredentialOrigin.Provider)
            .Select(source => ProviderPlace.Read(source.Locator)?.Provider)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in ManifestReader.Entries(root.Find("providers")))
        {
            if (value is SourceNode.Map map && ProviderForms.Of(RuleReader.TextOf(map, "kind")) is { } form)
            {
                ProviderKeyChecks.Check(name.Text, form, map, error);
                if (manifest.Providers.TryGetValue(name.Text, out var provider))
                {
                    CheckOne(manifest, provider, form, map, error, warn);
                }
            }

            if (!used.Contains(name.Text))
            {
                warn(
                    name.Position,
                    $"no credential comes from the provider `{SourceTree.Quote(name.Text)}`",
                    "Take it out."
                );
            }
        }

        foreach (var source in manifest.Credentials.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var where = (root.Find("credentials") as SourceNode.Map)?.PositionOf(source.Name) ?? root.Position;
            CheckSource(manifest, source, where, error);
            if (SignatureChecks.ProblemOf(manifest, source) is { } problem)
            {
                error(where, problem, "");
            }
        }
    }

    private static void CheckOne(
        Manifest manifest,
        CredentialProvider provider,
        ProviderForm form,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        if (provider.Url.Scheme != Uri.UriSchemeHttps && !provider.Url.IsLoopback)
        {
            error(
                map.PositionOf("url"),
                $"`{provider.Name}` would be signed in to in cleartext",
                "Use https; http is for a server on this host."
            );
        }

        if (form.ProblemOf(provider) is { } problem)
        {
            error(map.Position, problem, "");
        }

        foreach (var key in form.CredentialKeys)
        {
            CheckKept(manifest, provider, key, map, error);
        }

        if (manifest.Credentials.GetValueOrDefault(provider.Credential) is { } own)
        {
            CheckOwn(provider, own, form, map, error, warn);
        }
    }

    // It is written anew while it is used, so there must be a vault to write it to.
    private static void CheckKept(
        Manifest manifest,
        CredentialProvider provider,
        string key,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        if (provider.Settings.GetValueOrDefault(key) is not { } name)
        {
            return;
        }

        if (!manifest.Credentials.TryGetValue(name, out var source))
        {
            error(
                map.PositionOf(key),
                $"there is no credential `{SourceTree.Quote(name)}` in `credentials`",
                NearestWord.Hint(name, manifest.Credentials.Keys)
            );
        }
        else if (source.Origin != CredentialOrigin.Vault)
        {
            error(
                map.PositionOf(key),
                $"`{name}` is written anew while it is used, so it stands in the vault",
                "Write `from: vault:PATH`."
            );
        }
        else if (CredentialChecks.UsesOf(manifest).Contains(name))
        {
            error(
                map.PositionOf(key),
                $"`{name}` is what `{provider.Name}` itself is asked with, and a rule, a model or a server sends it elsewhere",
                "Send what the provider issues."
            );
        }
    }

    private static void CheckOwn(
        CredentialProvider provider,
        CredentialSource own,
        ProviderForm form,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        if (own.Origin == CredentialOrigin.Provider)
        {
            error(
                map.PositionOf("with"),
                $"`{own.Name}` comes from a provider itself",
                "What a provider is signed in to with comes from the vault."
            );
        }
        else if (own.Origin == CredentialOrigin.Identity && !form.ShowsToken(provider))
        {
            error(
                map.PositionOf("with"),
                $"`{own.Name}` is the agent's identity, which ends with its session: nobody could revoke by it afterwards",
                "What a provider is signed in to with comes from the vault, or a file."
            );
        }
        else if (own.Origin == CredentialOrigin.Variable)
        {
            warn(
                map.PositionOf("with"),
                $"`{own.Name}` comes with the command: after a crash nobody can revoke what `{provider.Name}` issued until it comes again",
                "Take it from the vault, or from a file."
            );
        }
    }

    private static void CheckSource(
        Manifest manifest,
        CredentialSource source,
        SourcePosition where,
        Action<SourcePosition, string, string> error
    )
    {
        if (source.Origin != CredentialOrigin.Provider)
        {
            if (!source.Parameters.IsEmpty)
            {
                error(
                    where,
                    $"`params` of `{source.Name}` does nothing: only what a provider issues has them",
                    "Take it out."
                );
            }

            return;
        }

        if (ProviderPlace.Read(source.Locator) is { } place && !manifest.Providers.ContainsKey(place.Provider))
        {
            error(
                where,
                $"there is no provider `{SourceTree.Quote(place.Provider)}` in `providers`",
                NearestWord.Hint(place.Provider, manifest.Providers.Keys)
            );
        }

        if (
            ProviderPlace.Read(source.Locator) is { } asked
            && manifest.Providers.GetValueOrDefault(asked.Provider) is { } provider
            && ProviderForms.Of(provider.Kind)?.ProblemOfAsk(provider, source, asked) is { } problem
        )
        {
            error(where, problem, "");
        }

        if (manifest.Databases.Values.FirstOrDefault(d => d.Credential == source.Name) is { } database)
        {
            error(
                where,
                $"the roles of `{database.Name}` can't be made by what a provider issues: it is gone before they are",
                "Take the credential from the vault."
            );
        }
    }
}
