namespace Bartizan.Log;

/// <summary>
/// What is on disk isn't what was written and signed: changed, cut short, rolled back, or a part is missing. The log isn't
/// opened over it; <c>bartizan log verify</c> names what is wrong.
/// </summary>
public sealed class LogInconsistentException(string message) : IOException(message);
