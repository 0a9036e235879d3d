namespace Bartizan.Cli.Commands;

/// <summary>What <c>scan --jsonl</c> says of one line.</summary>
internal sealed record ScanLine(double Score, IReadOnlyList<ScanFinding> Findings)
{
    /// <summary>Why there is no answer; null when there is one.</summary>
    public string? Error { get; init; }
}
