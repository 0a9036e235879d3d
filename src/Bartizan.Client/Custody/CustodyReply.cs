namespace Bartizan.Client.Custody;

/// <summary>The instance's word for a bundle.</summary>
/// <param name="Note">What it signed (C2SP signed-note): who took which bundle of which session, when.</param>
/// <param name="Entry">The entry that says so in the log.</param>
public sealed record CustodyReply(string Note, long Entry);
