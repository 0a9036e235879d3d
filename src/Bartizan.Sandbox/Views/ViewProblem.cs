namespace Bartizan.Sandbox.Views;

/// <summary>Something that can't be staged or applied, or was left out, and why.</summary>
/// <param name="Path">The path relative to the workspace, escaped for a terminal.</param>
/// <param name="Reason">Half a sentence: <c>is a FIFO</c>.</param>
public sealed record ViewProblem(string Path, string Reason);
