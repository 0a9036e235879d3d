namespace Bartizan.Log.Witnessing;

/// <summary>A policy file that isn't one; says which line.</summary>
public sealed class WitnessPolicyException(string message) : Exception(message);
