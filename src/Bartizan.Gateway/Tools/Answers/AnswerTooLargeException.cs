namespace Bartizan.Gateway.Tools.Answers;

/// <summary>A server's message is larger than the gateway holds.</summary>
internal sealed class AnswerTooLargeException(string message) : Exception(message);
