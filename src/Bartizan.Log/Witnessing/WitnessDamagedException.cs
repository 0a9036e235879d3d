namespace Bartizan.Log.Witnessing;

/// <summary>A witness's own files aren't what it left: it cosigns nothing, because it no longer knows what it has seen.</summary>
public sealed class WitnessDamagedException(string message) : IOException(message);
