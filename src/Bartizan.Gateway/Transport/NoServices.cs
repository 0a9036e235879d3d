namespace Bartizan.Gateway.Transport;

/// <summary>Kestrel asks for optional services; there are none.</summary>
internal sealed class NoServices : IServiceProvider
{
    /// <summary>The only one there is.</summary>
    public static NoServices Instance { get; } = new();

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => null;
}
