using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Records.Timelines;

/// <summary>Reads the files that a workspace entry's payload names.</summary>
internal static class AppliedFiles
{
    /// <summary>The role of that payload.</summary>
    public const string Role = "changes";

    /// <summary>The files; none when the payload isn't what this program writes.</summary>
    public static ImmutableArray<TimelineFile> Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return
            [
                .. document
                    .RootElement.GetProperty("changes")
                    .EnumerateArray()
                    .Select(change => new TimelineFile(
                        Text(change, "kind"),
                        Text(change, "path"),
                        Text(change, "before"),
                        Text(change, "after")
                    )),
            ];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A payload that was cut because it was too long, for one: the entry has the number all the same.
            return [];
        }
    }

    private static string Text(JsonElement change, string name) =>
        change.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
