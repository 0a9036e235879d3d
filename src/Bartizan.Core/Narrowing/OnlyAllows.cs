using System.Text.Json;

namespace Bartizan.Core.Narrowing;

/// <summary>A policy of AWS that denies nothing for certain: without it nothing more is allowed.</summary>
internal static class OnlyAllows
{
    private const int MaxDepth = 16;

    /// <summary>True for the text of one. What isn't known of it may deny.</summary>
    public static bool Is(string policy)
    {
        try
        {
            using var json = JsonDocument.Parse(
                policy,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth }
            );
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.EnumerateObject().All(one => one.Name is "Version" or "Id" or "Statement")
                && json.RootElement.TryGetProperty("Statement", out var said)
                && (said.ValueKind == JsonValueKind.Array ? said.EnumerateArray().All(Allows) : Allows(said));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A name that is written in another way may be one that AWS reads all the same.
    private static bool Allows(JsonElement statement) =>
        statement.ValueKind == JsonValueKind.Object
        && statement
            .EnumerateObject()
            .All(one =>
                one.Name is "Sid" or "Effect" or "Action" or "NotAction" or "Resource" or "NotResource" or "Condition"
            )
        && statement.TryGetProperty("Effect", out var effect)
        && effect.ValueKind == JsonValueKind.String
        && effect.ValueEquals("Allow");
}
