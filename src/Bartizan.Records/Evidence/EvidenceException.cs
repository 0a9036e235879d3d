namespace Bartizan.Records.Evidence;

/// <summary>No bundle could be made, or the file is none.</summary>
public sealed class EvidenceException(string message) : Exception(message);
