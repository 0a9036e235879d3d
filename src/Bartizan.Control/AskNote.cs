namespace Bartizan.Control;

/// <summary>That an ask waits, and of which agent: what is looked at many times a second, and says nothing else.</summary>
/// <param name="Id">The ask.</param>
/// <param name="Agent">The agent, as <c>name@version</c>.</param>
public sealed record AskNote(string Id, string Agent);
