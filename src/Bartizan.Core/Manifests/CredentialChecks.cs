namespace Bartizan.Core.Manifests;

/// <summary>Where a manifest's credentials come from, and where they should.</summary>
internal static class CredentialChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> warn,
        Action<SourcePosition, string, string> unfit
    )
    {
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
}
