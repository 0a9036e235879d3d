namespace Bartizan.Cli.Commands;

/// <summary>One finding of <c>scan --jsonl</c>; offsets count code points.</summary>
internal sealed record ScanFinding(string Guard, string Kind, int Start, int End, string Severity, double Confidence);
