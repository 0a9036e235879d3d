namespace Bartizan.Core.Manifests;

/// <content>Providers of credentials.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Provider =>
        new([
            Required(
                "kind",
                new Shape.Choice("what it speaks", [.. ProviderForms.All.Select(form => form.Word)]),
                "What it speaks: `vault` for HashiCorp Vault and OpenBao; `oauth` for an OAuth 2.0 server; `github` for a GitHub App; `aws`, `gcp` and `azure` for these clouds; `kubernetes` for a cluster."
            ),
            Known("url", _url, "Where it is; https unless it is on this host."),
            Known(
                "with",
                _name,
                "What the daemon signs in with, by its name in `credentials`: a secret id, a token, a key. No session holds it."
            ),
            Known("auth", ProviderSignIn, "How it is signed in to, and as whom."),
            Known("namespace", ProviderMount, "The Vault's namespace; the root's, when left out."),
            .. OAuthProviderKeys,
            Known("ca", _path, "A PEM file with the authority of a private server."),
            .. CloudProviderKeys,
        ]);

    private static Shape.Keys ProviderSignIn =>
        new([
            Known("approle", ProviderRole, "The id of an AppRole; `with` is its secret id."),
            Known("jwt", ProviderRole, "A role of the JWT method; `with` is the JWT."),
            Known(
                "kubernetes",
                ProviderRole,
                "A role of the Kubernetes method; `with` is the service account's token."
            ),
            .. OAuthSignInKeys,
            Known("mount", ProviderMount, "Where the method is mounted; by its own name, when left out."),
            .. CloudSignInKeys,
        ]);

    private static Shape.Text ProviderRole =>
        new("a role's name or id")
        {
            MaxLength = 128,
            Expression = "^[A-Za-z0-9._-]+$",
            Problem = text =>
                text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? null : "is no role",
        };

    private static Shape.Text ProviderMount =>
        new("a path such as `team-a/jwt`")
        {
            MaxLength = 128,
            Expression = "^[A-Za-z0-9._/-]+$",
            Problem = text =>
                VaultPath.ProblemOf(text.TrimEnd('/')) is { } problem ? $"is no path: it {problem}" : null,
        };
}
