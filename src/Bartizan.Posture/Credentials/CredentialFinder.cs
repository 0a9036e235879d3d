namespace Bartizan.Posture.Credentials;

/// <summary>Finds what looks like a credential in a text.</summary>
/// <param name="text">The text.</param>
public delegate IEnumerable<FoundValue> CredentialFinder(string text);
