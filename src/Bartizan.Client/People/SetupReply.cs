namespace Bartizan.Client.People;

/// <summary>A step of setting an account up.</summary>
public sealed record SetupReply
{
    /// <summary>True when it is done; the token is used up.</summary>
    public required bool Done { get; init; }

    /// <summary>What the authenticator is given, to type.</summary>
    public string? Secret { get; init; }

    /// <summary>The same as an address, for a picture.</summary>
    public string? Address { get; init; }

    /// <summary>Codes for when the authenticator is lost; shown this once.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Done ? "set up" : "being set up";
}
