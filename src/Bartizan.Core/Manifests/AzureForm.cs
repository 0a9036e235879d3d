namespace Bartizan.Core.Manifests;

/// <summary>Azure in a manifest: an application's tokens, by its secret or by the agent's identity, and values of a Key Vault.</summary>
internal static class AzureForm
{
    /// <summary>What it takes.</summary>
    public static ProviderForm Form { get; } =
        new()
        {
            Word = "azure",
            Kind = ProviderKind.Azure,
            Keys = ["secrets"],
            SignIn = ["client", "federated", "tenant"],
            Ways = ["client", "federated"],
            WaysHint =
                "Write `auth: { tenant: TENANT, client: APPLICATION }` with a secret of the vault, or `federated: APPLICATION` with `identity:AUDIENCE`.",
            DefaultUrl = _ => "https://login.microsoftonline.com",
            ShowsToken = provider => provider.Settings.ContainsKey("auth.federated"),
            ProblemOf = provider =>
                !provider.Settings.ContainsKey("auth.tenant")
                    ? $"`{provider.Name}` doesn't say its tenant: write `auth: {{ tenant: TENANT }}`"
                    : CloudTerms.AddressProblem(provider, "secrets"),
            ProblemOfAsk = ProblemOfAsk,
        };

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        place.Path.Split('/') switch
        {
            ["token"] when place.Field != "access_token" =>
                $"`{provider.Name}` makes an `access_token`, and no `{SourceTree.Quote(place.Field)}`",
            ["token"] when !source.Parameters.ContainsKey("scope") =>
                $"`{source.Name}` doesn't say for what: write `params: {{ scope: \"https://storage.azure.com/.default\" }}`",
            ["token"] => CloudTerms.ParameterProblem(source, "scope"),
            ["keyvault", _] or ["keyvault", _, _] when !provider.Settings.ContainsKey("secrets") =>
                $"`{provider.Name}` doesn't say which Key Vault: write `secrets: \"https://NAME.vault.azure.net\"`",
            ["keyvault", _] or ["keyvault", _, _] => CloudTerms.ParameterProblem(source),
            _ =>
                $"`{provider.Name}` issues nothing at `{SourceTree.Quote(place.Path)}`: write `token` or `keyvault/NAME`",
        };
}
