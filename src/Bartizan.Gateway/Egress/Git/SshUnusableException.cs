namespace Bartizan.Gateway.Egress.Git;

/// <summary>OpenSSH's client can't be used as it must be; the message says why, and holds no secret.</summary>
internal sealed class SshUnusableException(string message) : Exception(message);
