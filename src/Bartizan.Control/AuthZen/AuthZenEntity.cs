using System.Text.Json;

namespace Bartizan.Control.AuthZen;

/// <summary>A subject or resource of the Authorization API: a type, an id and properties (AuthZEN 1.0, sections 5.1 and 5.2).</summary>
internal sealed record AuthZenEntity(string? Type, string? Id)
{
    /// <summary>What else is said of it; not looked at.</summary>
    public JsonElement? Properties { get; init; }
}
