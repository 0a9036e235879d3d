namespace Bartizan.Client;

/// <summary>One witness of the log.</summary>
/// <param name="Name">Its name in the policy.</param>
/// <param name="Key">Its key's name.</param>
/// <param name="Size">Entries of the last tree that it co-signed since the instance started.</param>
/// <param name="Problem">What was wrong last time; null when it co-signed.</param>
public sealed record WitnessLine(string Name, string Key, long Size, string? Problem);
