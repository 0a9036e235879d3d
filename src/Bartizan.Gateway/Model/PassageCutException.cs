namespace Bartizan.Gateway.Model;

/// <summary>The monitor cut the passage while its answer streamed.</summary>
internal sealed class PassageCutException : Exception;
