namespace Bartizan.Posture.Credentials;

/// <summary>A text that is searched for credentials.</summary>
/// <param name="Kind">What kind of place it is.</param>
/// <param name="Name">The place as people say it.</param>
/// <param name="Text">What stands there.</param>
public sealed record SearchedText(CredentialPlaceKind Kind, string Name, string Text)
{
    /// <summary>The file, where values can be taken out of it.</summary>
    public string? File { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
