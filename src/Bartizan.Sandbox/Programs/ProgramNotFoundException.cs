namespace Bartizan.Sandbox.Programs;

/// <summary>The command's program isn't there, or can't be shown inside. The message says what to do.</summary>
public sealed class ProgramNotFoundException(string message) : Exception(message);
