namespace Bartizan.Core.Ports;

/// <summary>Makes a search for values, of which it keeps only hashes.</summary>
public delegate ISecretSearch SecretSearches(IReadOnlyList<string> values);
