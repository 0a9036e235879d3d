namespace Bartizan.Core.Manifests;

/// <summary>Where a manifest's credentials come from, and where they should.</summary>
internal static class CredentialChecks
{
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
        foreach (var source in manifest.Credentials.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var where = (root.Find("credentials") as SourceNode.Map)?.PositionOf(source.Name) ?? root.Position;
            if (source.Origin == CredentialOrigin.Vault)
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
                    $"`ttl` of `{source.Name}` does nothing: only `vault:` credentials have one",
                    "Take it out."
                );
            }
        }
    }

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
