namespace Bartizan.Client;

/// <summary>What the control API answers when it can't do what was asked.</summary>
/// <param name="Code">The exit code a command ends with.</param>
/// <param name="Error">What is wrong, in one sentence.</param>
/// <param name="Hint">What to do.</param>
public sealed record ControlProblem(int Code, string Error, string? Hint = null);
