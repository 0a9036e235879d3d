namespace Bartizan.Gateway.Databases;

/// <summary>A statement (<c>S</c>) or portal (<c>P</c>) on the server that the agent has no name for any more.</summary>
internal sealed record Stale(byte Kind, string Name);
