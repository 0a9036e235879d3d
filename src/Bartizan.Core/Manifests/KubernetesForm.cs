namespace Bartizan.Core.Manifests;

/// <summary>A Kubernetes cluster in a manifest: tokens of its service accounts, and its Secrets.</summary>
internal static class KubernetesForm
{
    /// <summary>The longest that a token is asked for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>What it takes.</summary>
    public static ProviderForm Form { get; } =
        new()
        {
            Word = "kubernetes",
            Kind = ProviderKind.Kubernetes,
            ShowsToken = _ => true,
            ProblemOfAsk = ProblemOfAsk,
        };

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        place.Path.Split('/') switch
        {
            [_, "serviceaccounts", _] when place.Field != "token" =>
                $"`{provider.Name}` makes a `token` of a service account, and no `{SourceTree.Quote(place.Field)}`",
            [_, "serviceaccounts", _] => CloudTerms.ParameterProblem(source, "audiences", "bound")
                ?? BoundProblem(source)
                ?? CloudTerms.TimeProblem(source, Longest),
            [_, "secrets", _] => CloudTerms.ParameterProblem(source),
            _ =>
                $"`{provider.Name}` issues nothing at `{SourceTree.Quote(place.Path)}`: write `NAMESPACE/serviceaccounts/NAME` or `NAMESPACE/secrets/NAME`",
        };

    private static string? BoundProblem(CredentialSource source) =>
        source.Parameters.GetValueOrDefault("bound") is not { } bound ? null
        : bound.Split('/') is ["Pod" or "Secret" or "Node", var name, .. { Length: <= 1 } uid]
        && uid.Prepend(name).All(part => CloudTerms.IsName(part, ".-"))
            ? null
        : $"`bound` of `{source.Name}` names no object: write `Pod/NAME` or `Secret/NAME`, with its uid where it is known: `Pod/NAME/UID`";
}
