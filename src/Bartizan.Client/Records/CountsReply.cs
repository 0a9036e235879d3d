namespace Bartizan.Client.Records;

/// <summary>What happened over a time, in equal stretches.</summary>
/// <param name="StepSeconds">How long each is.</param>
/// <param name="Lines">Each, the oldest first.</param>
/// <param name="Since">From when on the numbers are whole; later than asked where there were too many entries to count.</param>
public sealed record CountsReply(int StepSeconds, IReadOnlyList<CountLine> Lines, DateTimeOffset Since);
