using System.Collections.Immutable;

namespace Bartizan.Posture.Credentials;

/// <summary>A credential that lies in the clear, with every place of it that was found.</summary>
/// <param name="Kind">What it is: <c>github-token</c>.</param>
/// <param name="Name">A name for it: what it was assigned to, else its kind; lower case, fit for the vault.</param>
/// <param name="Value">The value. Never printed.</param>
/// <param name="Confidence">How sure, from 0 to 1; the surest of its places.</param>
/// <param name="Places">Where it lies, in the order they were found.</param>
public sealed record StaticCredential(
    string Kind,
    string Name,
    string Value,
    double Confidence,
    ImmutableArray<CredentialPlace> Places
)
{
    /// <summary>Why it can't be moved; null when it can.</summary>
    public string? Stays =>
        Value.AsSpan().ContainsAny('\r', '\n')
            ? "it has several lines: encode it, and write it with `bartizan vault set`"
        : !Places.Any(place => place.File is not null)
        && Places.All(place => place.Kind != CredentialPlaceKind.Variable)
            ? "what lies in a history or in an image can't be taken back: only a rotation helps"
        : null;

    /// <summary>True when it lies where nobody can take it back: rotating it is urgent.</summary>
    public bool IsPublished =>
        Places.Any(place => place.Kind is CredentialPlaceKind.History or CredentialPlaceKind.Image);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Name}";
}
