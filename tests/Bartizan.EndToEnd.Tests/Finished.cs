namespace Bartizan.EndToEnd.Tests;

/// <summary>How a process ended and what it said.</summary>
internal sealed record Finished(int Code, string Output, string Error)
{
    public override string ToString() => $"code {Code}\n--- output\n{Output}\n--- error\n{Error}";
}
