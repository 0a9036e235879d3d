namespace Bartizan.Client.Erasures;

/// <summary>What waits for a second person.</summary>
/// <param name="Id">Its id.</param>
/// <param name="What">What is to be done.</param>
/// <param name="By">Who asked.</param>
/// <param name="Why">Why.</param>
/// <param name="Until">When it lapses.</param>
public sealed record PendingLine(string Id, string What, string By, string Why, DateTimeOffset Until);
