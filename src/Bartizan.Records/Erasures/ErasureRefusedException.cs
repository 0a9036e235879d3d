namespace Bartizan.Records.Erasures;

/// <summary>Nothing was erased, and why not.</summary>
public sealed class ErasureRefusedException(string message) : Exception(message);
