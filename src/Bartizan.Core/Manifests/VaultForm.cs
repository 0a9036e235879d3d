namespace Bartizan.Core.Manifests;

/// <summary>HashiCorp Vault, or OpenBao, in a manifest.</summary>
internal static class VaultForm
{
    /// <summary>What it takes.</summary>
    public static ProviderForm Form { get; } =
        new()
        {
            Word = "vault",
            Kind = ProviderKind.Vault,
            Keys = ["namespace"],
            SignIn = ["approle", "jwt", "kubernetes", "mount"],
            Ways = ["approle", "jwt", "kubernetes"],
            WaysHint = "Write `auth: { approle: ROLE_ID }`, `{ jwt: ROLE }` or `{ kubernetes: ROLE }`.",
            ProblemOfAsk = (_, _, place) =>
                place.IsOfTheServer
                    ? $"`{SourceTree.Quote(place.Path)}` is about the provider itself, and issues no credential: name a path of a secrets engine, such as `secret/data/app`"
                    : null,
        };
}
