namespace Bartizan.Sandbox;

/// <summary>
/// A required layer is missing, or could not be put in force, so nothing was started. The message is one sentence for a
/// person. The command line ends with code 5.
/// </summary>
public sealed class SandboxUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    public SandboxUnavailableException(string message)
        : base(message) { }

    /// <summary>Makes one with what led to it.</summary>
    public SandboxUnavailableException(string message, Exception inner)
        : base(message, inner) { }
}
