namespace Bartizan.Cli.Runs;

/// <summary>How a run ended.</summary>
/// <param name="By"><c>agent</c> when the code is the agent's own, else <c>bartizan</c>.</param>
/// <param name="Code">The exit code.</param>
/// <param name="Session">The session; null when none was opened.</param>
internal sealed record RunEnd(string By, int Code, string? Session);
