namespace Bartizan.Core.Manifests;

/// <summary>
/// Google Cloud in a manifest: a service account's tokens, by a key of the vault's or by the agent's identity in a workload identity pool.
/// </summary>
internal static class GcpForm
{
    /// <summary>The longest that a token is made for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>What it takes.</summary>
    public static ProviderForm Form { get; } =
        new()
        {
            Word = "gcp",
            Kind = ProviderKind.Gcp,
            Keys = ["secrets", "tokens"],
            SignIn = ["service_account", "pool"],
            DefaultUrl = settings =>
                settings.ContainsKey("auth.pool") ? "https://sts.googleapis.com" : "https://oauth2.googleapis.com",
            ShowsToken = provider => provider.Settings.ContainsKey("auth.pool"),
            ProblemOf = provider =>
                !provider.Settings.ContainsKey("auth.service_account")
                    ? $"`{provider.Name}` doesn't say whose tokens it makes: write `auth: {{ service_account: NAME@PROJECT.iam.gserviceaccount.com }}`"
                    : CloudTerms.AddressProblem(provider, "secrets") ?? CloudTerms.AddressProblem(provider, "tokens"),
            ProblemOfAsk = ProblemOfAsk,
        };

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        place.Path.Split('/') switch
        {
            ["token"] when place.Field != "access_token" =>
                $"`{provider.Name}` makes an `access_token`, and no `{SourceTree.Quote(place.Field)}`",
            ["token"] when !source.Parameters.ContainsKey("scope") =>
                $"`{source.Name}` doesn't say for what: write `params: {{ scope: \"https://www.googleapis.com/auth/devstorage.read_only\" }}`",
            ["token"] => CloudTerms.ParameterProblem(source, "scope") ?? CloudTerms.TimeProblem(source, Longest),
            ["secretmanager", _, _] or ["secretmanager", _, _, _] => CloudTerms.ParameterProblem(source),
            _ =>
                $"`{provider.Name}` issues nothing at `{SourceTree.Quote(place.Path)}`: write `token` or `secretmanager/PROJECT/NAME`",
        };
}
