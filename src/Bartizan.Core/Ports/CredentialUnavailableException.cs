namespace Bartizan.Core.Ports;

/// <summary>A credential can't be had.</summary>
public sealed class CredentialUnavailableException(string message) : Exception(message);
