namespace Bartizan.Gateway.Model.Prompts;

/// <summary>A request that can't be marked as its manifest asks; it isn't sent.</summary>
internal sealed class UnmarkedException(string message) : Exception(message);
