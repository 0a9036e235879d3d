namespace Bartizan.Client.Approvals;

/// <summary>One ask of a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Digest">The digest that was shown.</param>
public sealed record AskReference(string Id, string Digest);
