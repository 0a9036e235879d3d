namespace Bartizan.Posture.RedTeam;

/// <summary>A suite that can't be used; the message says what is wrong and where.</summary>
public sealed class SuiteException(string message) : Exception(message);
