namespace Bartizan.Client.Serving;

/// <summary>An agent that answers callers.</summary>
/// <param name="Agent">The agent, with its version.</param>
/// <param name="Url">Where callers reach it.</param>
public sealed record ServeReply(string Agent, string Url);
