namespace Bartizan.Gateway.Inbound;

/// <summary>An agent's answer can't be passed on as it is.</summary>
internal sealed class BrokenInboundException(string message) : Exception(message);
