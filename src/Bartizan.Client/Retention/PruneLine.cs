namespace Bartizan.Client.Retention;

/// <summary>What becomes of one class of payloads or one kind of entries.</summary>
/// <param name="Name">Its name, as in <c>retention.yaml</c>.</param>
/// <param name="Keep">How long it is kept, as there.</param>
/// <param name="Goes">How many go.</param>
/// <param name="Stays">How many stay, by why.</param>
public sealed record PruneLine(string Name, string Keep, long Goes, IReadOnlyDictionary<string, long> Stays);
