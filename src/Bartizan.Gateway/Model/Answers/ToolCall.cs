namespace Bartizan.Gateway.Model.Answers;

/// <summary>A tool call that a model's answer asks for.</summary>
/// <param name="Name">The tool, as the client will read it; a namespace stands before it with two underscores.</param>
/// <param name="Arguments">The arguments as the model wrote them, up to a bound.</param>
internal sealed record ToolCall(string Name, string Arguments);
