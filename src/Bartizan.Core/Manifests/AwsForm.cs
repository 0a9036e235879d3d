namespace Bartizan.Core.Manifests;

/// <summary>AWS in a manifest: a role that is assumed by a key of the vault's, or by the agent's identity.</summary>
internal static class AwsForm
{
    /// <summary>The longest that a role's session lasts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>What it takes.</summary>
    public static ProviderForm Form { get; } =
        new()
        {
            Word = "aws",
            Kind = ProviderKind.Aws,
            Keys = ["region", "secrets"],
            SignIn = ["role", "web_identity"],
            Ways = ["role", "web_identity"],
            WaysHint =
                "Write `auth: { role: ARN }` with a key of the vault (`ID:SECRET`), or `{ web_identity: ARN }` with `identity:AUDIENCE`.",
            DefaultUrl = settings =>
                settings.GetValueOrDefault("region") is { } region ? $"https://sts.{region}.{SuffixOf(region)}" : null,
            ShowsToken = provider => provider.Settings.ContainsKey("auth.web_identity"),
            ProblemOf = ProblemOf,
            ProblemOfAsk = ProblemOfAsk,
        };

    private static string SuffixOf(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";

    private static string? ProblemOf(CredentialProvider provider) =>
        provider.Settings.GetValueOrDefault("region") is null
            ? $"`{provider.Name}` doesn't say its region: write `region: eu-central-1`"
            : CloudTerms.AddressProblem(provider, "secrets");

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        place.Path == "sts"
            ? place.Field is not ("AccessKeyId" or "SecretAccessKey" or "SessionToken")
                ? $"`{provider.Name}` makes no `{SourceTree.Quote(place.Field)}`: it makes `AccessKeyId`, `SecretAccessKey` and `SessionToken`"
                : CloudTerms.ParameterProblem(source, "policy", "policy_arns")
                    ?? CloudTerms.PolicyProblem(source)
                    ?? CloudTerms.TimeProblem(source, Longest)
            : place.Path.StartsWith("secretsmanager/", StringComparison.Ordinal)
                ? CloudTerms.ParameterProblem(source, "stage")
                : $"`{provider.Name}` issues nothing at `{SourceTree.Quote(place.Path)}`: write `sts` or `secretsmanager/NAME`";
}
