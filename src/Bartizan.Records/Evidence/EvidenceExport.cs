namespace Bartizan.Records.Evidence;

/// <summary>The first link of the chain of custody.</summary>
/// <param name="By">Who exported the bundle.</param>
/// <param name="At">When, by the clock of the machine.</param>
/// <param name="With">The program's version.</param>
public sealed record EvidenceExport(string By, DateTimeOffset At, string With);
