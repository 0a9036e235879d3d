namespace Bartizan.Log;

/// <summary>
/// The log could not make something durable. From then on it takes nothing more until it is opened again: after a failed
/// sync nobody knows what the disk holds, so nothing may be acknowledged on top of it.
/// </summary>
public sealed class LogUnwritableException : IOException
{
    /// <summary>Says why.</summary>
    public LogUnwritableException(string message, Exception? inner = null)
        : base(message, inner) { }
}
