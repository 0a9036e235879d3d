namespace Bartizan.Core.Manifests;

/// <summary>A signature names the id of its key: the manifest says it, or the provider that made the key.</summary>
internal static class SignatureChecks
{
    /// <summary>What is wrong with the key of a credential that signs, as a sentence; null when nothing is.</summary>
    public static string? ProblemOf(Manifest manifest, CredentialSource source)
    {
        if (source.Place.Surface != CredentialSurface.SigV4)
        {
            return null;
        }

        var isMade =
            source.Origin == CredentialOrigin.Provider
            && ProviderPlace.Read(source.Locator) is { Path: "sts", Field: "SecretAccessKey" } place
            && manifest.Providers.GetValueOrDefault(place.Provider)?.Kind == ProviderKind.Aws;
        return isMade && source.Place.AccessKey.Length > 0
                ? $"`{source.Name}` is a key that AWS makes, with an id of its own: take `access_key` out"
            : !isMade && source.Place.AccessKey.Length == 0
                ? $"`{source.Name}` signs and doesn't say the id of its key: write `access_key`, or take it `from: \"provider:NAME/sts#SecretAccessKey\"`"
            : null;
    }
}
