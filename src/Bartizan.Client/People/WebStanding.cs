namespace Bartizan.Client.People;

/// <summary>Where people reach the instance from a browser.</summary>
/// <param name="Origin">The address to open.</param>
/// <param name="Fingerprint">SHA-256 of the certificate.</param>
/// <param name="IsSelfMade">True when no authority vouches for the certificate: its fingerprint is compared by eye.</param>
/// <param name="Ends">When the certificate ends.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
public sealed record WebStanding(
    string Origin,
    string Fingerprint,
    bool IsSelfMade,
    DateTimeOffset Ends,
    string? Problem = null
);
