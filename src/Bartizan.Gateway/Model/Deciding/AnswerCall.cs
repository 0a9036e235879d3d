namespace Bartizan.Gateway.Model.Deciding;

/// <summary>A tool call that a model's answer asks the client for.</summary>
/// <param name="Name">The tool, as the client will read it.</param>
/// <param name="Server">The field that names a server; null when there is none.</param>
/// <param name="Arguments">The arguments as the model wrote them.</param>
/// <param name="IsText">True when the arguments are a text of the tool's own grammar, and no JSON.</param>
internal sealed record AnswerCall(string Name, string? Server, string Arguments, bool IsText = false);
