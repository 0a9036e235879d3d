using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What one kind of provider takes in a manifest.</summary>
internal sealed record ProviderForm
{
    /// <summary>Its word after <c>kind</c>.</summary>
    public required string Word { get; init; }

    /// <summary>Its kind.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The keys that it takes beside those of every provider.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>The keys that it takes in <c>auth</c>.</summary>
    public ImmutableArray<string> SignIn { get; init; } = [];

    /// <summary>Those of them of which exactly one stands; empty where <c>auth</c> may be left out.</summary>
    public ImmutableArray<string> Ways { get; init; } = [];

    /// <summary>What to write where none of them stands.</summary>
    public string WaysHint { get; init; } = "";

    /// <summary>True when it is signed in to with a credential.</summary>
    public bool NeedsCredential { get; init; } = true;

    /// <summary>Those of its keys that name a credential, which is the provider's own like the one of <c>with</c>.</summary>
    public ImmutableArray<string> CredentialKeys { get; init; } = [];

    /// <summary>Where it is when nothing is said, by its settings; null where that must be said.</summary>
    public Func<ImmutableSortedDictionary<string, string>, string?> DefaultUrl { get; init; } = _ => null;

    /// <summary>True where it is shown a short token of another issuer: the agent's identity, or one in a file that is renewed.</summary>
    public Func<CredentialProvider, bool> ShowsToken { get; init; } = _ => false;

    /// <summary>What is wrong with a provider of this kind, as a sentence; null when nothing is.</summary>
    public Func<CredentialProvider, string?> ProblemOf { get; init; } = _ => null;

    /// <summary>What is wrong with what a credential asks of it, as a sentence; null when nothing is.</summary>
    public Func<CredentialProvider, CredentialSource, ProviderPlace, string?> ProblemOfAsk { get; init; } =
        (_, _, _) => null;
}
