namespace Bartizan.Client.Identity;

/// <summary>A question about the identity that agents have; with <see cref="Rotate"/>, a new key for it.</summary>
public sealed record IdentityRequest
{
    /// <summary>True to put a new key in the place of the one that signs.</summary>
    public bool Rotate { get; init; }
}
