using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>The kinds of providers. A kind is one form here, one line in the vault's room, and its code there.</summary>
internal static class ProviderForms
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ProviderForm> All { get; } =
    [VaultForm.Form, OAuthForm.Form, GitHubForm.Form, AwsForm.Form, KubernetesForm.Form, GcpForm.Form, AzureForm.Form];

    /// <summary>The credentials that a provider itself needs: no session holds them.</summary>
    public static IEnumerable<string> CredentialsOf(CredentialProvider provider) =>
        (Of(provider.Kind)?.CredentialKeys ?? [])
            .Select(key => provider.Settings.GetValueOrDefault(key) ?? "")
            .Prepend(provider.Credential)
            .Where(name => name.Length > 0);

    /// <summary>The form of a kind; null for none.</summary>
    public static ProviderForm? Of(ProviderKind kind) => All.FirstOrDefault(form => form.Kind == kind);

    /// <summary>The form of a word; null for none.</summary>
    public static ProviderForm? Of(string? word) => All.FirstOrDefault(form => form.Word == word);
}
