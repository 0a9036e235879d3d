namespace Bartizan.Client.Records;

/// <summary>What happened in one stretch of time.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="Calls">Actions that were granted.</param>
/// <param name="Refusals">Actions that were refused.</param>
/// <param name="Findings">What guards and detectors reported.</param>
/// <param name="Tokens">Model tokens.</param>
/// <param name="MicroDollars">What it cost, in millionths of a US dollar.</param>
public sealed record CountLine(
    DateTimeOffset From,
    long Calls,
    long Refusals,
    long Findings,
    long Tokens,
    long MicroDollars
);
