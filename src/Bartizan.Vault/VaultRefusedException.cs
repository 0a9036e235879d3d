namespace Bartizan.Vault;

/// <summary>The vault doesn't do what was asked. The message never holds a secret.</summary>
/// <param name="message">What is wrong, in one sentence.</param>
/// <param name="hint">What to do.</param>
public sealed class VaultRefusedException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to do.</summary>
    public string? Hint { get; } = hint;
}
