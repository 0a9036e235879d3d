namespace Bartizan.Core.Manifests;

/// <summary>Where a manifest's credentials come from, and where they should.</summary>
internal static class CredentialChecks
{
    private static readonly TimeSpan s_shortestToken = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestToken = TimeSpan.FromMinutes(15);

    /// <summary>The credentials that something is done with: all that are named but by a provider.</summary>
    public static IEnumerable<string?> UsesOf(Manifest manifest) =>
        manifest
            .Layers[^1]
            .Rules.Select(r => r.Credential)
            .Concat(manifest.Models.Values.Select(m => m.Credential))
            .Concat(manifest.Servers.Values.Select(s => s.Credential))
            .Concat(manifest.Servers.Values.SelectMany(s => s.Credentials.Values))
            .Concat(manifest.Databases.Values.Select(d => d.Credential))
            .Concat(manifest.Git.Values.Select(g => g.Credential));

    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn,
        Action<SourcePosition, string, string> unfit
    )
    {
        CheckPlaceholders(manifest, root, error, warn);
        ProviderChecks.Check(manifest, root, error, warn);
        GitHubChecks.Check(manifest, root, error, warn);
        foreach (var source in manifest.Credentials.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var where = (root.Find("credentials") as SourceNode.Map)?.PositionOf(source.Name) ?? root.Position;
            if (source.Origin == CredentialOrigin.Identity)
            {
                var own = (root.Find("credentials") as SourceNode.Map)?.Find(source.Name) as SourceNode.Map;
                if (source.Ttl is { } life && (life < s_shortestToken || life > s_longestToken))
                {
                    error(
                        own?.PositionOf("ttl") ?? where,
                        $"the token of `{source.Name}` lives for 1 to 15 minutes, not for {life.TotalMinutes:0.#}",
                        "A new one is signed before its time is over; leave `ttl` out for 10 minutes."
                    );
                }

                continue;
            }

            if (source.Origin is CredentialOrigin.Vault or CredentialOrigin.Provider || IsProof(manifest, source))
            {
                continue;
            }

            if (manifest.Environment != DeploymentEnvironment.Development)
            {
                var from = source.Origin == CredentialOrigin.Variable ? "a variable" : "a file";
                unfit(
                    where,
                    $"`{source.Name}` is a static credential in {from}: outside development it belongs in the vault",
                    "`bartizan vault import` moves it; then `from: vault:PATH`."
                );
            }

            if (source.Ttl is not null)
            {
                warn(
                    where,
                    $"`ttl` of `{source.Name}` does nothing: only `vault:`, `identity:` and `provider:` credentials have one",
                    "Take it out."
                );
            }
        }
    }

    // A token of a file that its issuer renews, shown to a provider and to nobody else: nothing static.
    private static bool IsProof(Manifest manifest, CredentialSource source) =>
        source is { Origin: CredentialOrigin.File, Ttl: null }
        && manifest.Providers.Values.Any(one => one.Credential == source.Name)
        && manifest
            .Providers.Values.Where(one => one.Credential == source.Name)
            .All(one =>
                one.Auth is ProviderAuth.Jwt or ProviderAuth.Kubernetes
                || ProviderForms.Of(one.Kind)?.ShowsToken(one) == true
            )
        && !UsesOf(manifest).Contains(source.Name);

    private static void CheckPlaceholders(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var injected = manifest
            .Layers[^1]
            .Rules.Where(r => r is { Verb: Enforcement.Verb.Http, Credential: not null })
            .Select(r => r.Credential!)
            .ToHashSet(StringComparer.Ordinal);
        var taken = manifest.Run?.Variables.Keys.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var source in manifest.Credentials.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var map = (root.Find("credentials") as SourceNode.Map)?.Find(source.Name) as SourceNode.Map;
            var (named, placed) = (map?.PositionOf("as") ?? root.Position, map?.PositionOf("in") ?? root.Position);
            if (source.Variable is { } variable && !taken.Add(variable))
            {
                error(
                    named,
                    $"the variable `{variable}` is set twice",
                    "Name another in `as`, or take it out of `run: variables`."
                );
            }

            if (source.Variable is not null && !injected.Contains(source.Name))
            {
                warn(
                    named,
                    $"no `http` rule says `with: {source.Name}`: its placeholder is good for nothing",
                    "Take `as` out, or name it in a rule."
                );
            }

            if (source.Place != CredentialPlace.Bearer && !injected.Contains(source.Name))
            {
                warn(
                    placed,
                    $"`in` of `{source.Name}` does nothing: no `http` rule says `with: {source.Name}`",
                    "Models and servers get their credentials as they ask for them."
                );
            }
        }
    }
}
