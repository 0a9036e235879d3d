using System.Text.Json;

namespace Bartizan.Control.AuthZen;

/// <summary>An action of the Authorization API (AuthZEN 1.0, section 5.3): the name is a verb.</summary>
internal sealed record AuthZenAction(string? Name)
{
    /// <summary>What else is said of it; not looked at.</summary>
    public JsonElement? Properties { get; init; }
}
