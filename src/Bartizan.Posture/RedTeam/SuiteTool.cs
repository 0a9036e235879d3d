using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>A tool of a staged server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What the model is told of it.</param>
/// <param name="Arguments">The JSON Schema of its arguments.</param>
/// <param name="Returns">What it answers; the place where a stranger's text stands is marked <see cref="Suite.Marker"/>.</param>
public sealed record SuiteTool(string Name, string Description, JsonObject Arguments, JsonNode Returns);
