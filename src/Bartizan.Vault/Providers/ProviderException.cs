namespace Bartizan.Vault.Providers;

/// <summary>A provider didn't do what it was asked for. The message holds no secret.</summary>
internal sealed class ProviderException(ProviderFault fault, string message) : Exception(message)
{
    /// <summary>What is known of it.</summary>
    public ProviderFault Fault { get; } = fault;
}
