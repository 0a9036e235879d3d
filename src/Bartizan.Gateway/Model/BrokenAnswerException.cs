namespace Bartizan.Gateway.Model;

/// <summary>An upstream's answer can't be passed on as whole.</summary>
internal sealed class BrokenAnswerException(string message) : Exception(message);
