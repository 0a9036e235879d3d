using System.Text.Json;

namespace Bartizan.Core.Policies;

/// <summary>How many things a tool call hits at once (<c>action.count</c>, <c>action.bulk</c>).</summary>
internal static class ActionSize
{
    /// <summary>
    /// The items of the longest list among the call's arguments, one when there is none; null when the arguments are unknown.
    /// Lists below the first level count too, one level further down: batches are often wrapped in an object.
    /// </summary>
    public static long? Of(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        long count = 1;
        foreach (var property in arguments.EnumerateObject())
        {
            count = Math.Max(count, LengthOf(property.Value));
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var below in property.Value.EnumerateObject())
                {
                    count = Math.Max(count, LengthOf(below.Value));
                }
            }
        }

        return count;
    }

    private static long LengthOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 1;
}
