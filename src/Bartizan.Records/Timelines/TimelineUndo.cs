using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Timelines;

/// <summary>What would take a call back, as its manifest declared when it was made.</summary>
/// <param name="Of">The call that it takes back.</param>
/// <param name="State">Whether it can still be read.</param>
/// <param name="Tool">The tool to call; empty when it can't be read.</param>
/// <param name="Arguments">Its arguments as JSON; empty when it can't be read.</param>
/// <param name="Missing">The places that held no value for an argument.</param>
public sealed record TimelineUndo(
    string Of,
    PayloadState State,
    string Tool,
    string Arguments,
    ImmutableArray<string> Missing
)
{
    internal static TimelineUndo Read(string of, PayloadState state, ReadOnlyMemory<byte> content)
    {
        if (state == PayloadState.Whole)
        {
            try
            {
                using var document = JsonDocument.Parse(content);
                var root = document.RootElement;
                return new TimelineUndo(
                    of,
                    state,
                    root.GetProperty("tool").GetString() ?? "",
                    root.GetProperty("arguments").GetRawText(),
                    root.TryGetProperty("missing", out var missing)
                        ? [.. missing.EnumerateArray().Select(place => place.GetString() ?? "")]
                        : []
                );
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                // Written by something else: it says nothing.
            }
        }

        return new TimelineUndo(of, state, "", "", []);
    }
}
