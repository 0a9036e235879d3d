namespace Bartizan.Records.Timelines;

/// <summary>A credential that was lent to a session: its handle, and how often.</summary>
public sealed record TimelineCredential(string Handle, long Count);
