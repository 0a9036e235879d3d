namespace Bartizan.Sandbox;

/// <summary>How the agent ended.</summary>
/// <param name="Code">Its exit code; 128 + the signal's number when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, where known; the shell's convention when the code is above 128.</param>
/// <param name="Killed">True when we ended it.</param>
public sealed record SandboxExit(int Code, int? Signal, bool Killed);
