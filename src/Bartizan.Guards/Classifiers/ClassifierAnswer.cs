using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// Reads what a classifier answered: <c>{"score": 0.97, "label": "injection", "spans": [[3, 17]]}</c>. A score is a number from 0 to 1;
/// anything that isn't exactly such an answer is none.
/// </summary>
internal static class ClassifierAnswer
{
    /// <summary>Characters of a label.</summary>
    private const int MaxLabel = 32;

    /// <summary>Spans of an answer that are read; one with more is none.</summary>
    private const int MaxSpans = 1024;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads an answer about a text of a length in UTF-16 code units.</summary>
    public static ClassifierVerdict Read(ReadOnlyMemory<byte> body, int length)
    {
        try
        {
            using var answer = JsonDocument.Parse(body, s_strict);
            return Of(answer.RootElement, length) ?? ClassifierVerdict.Failed("an answer of another form");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ClassifierVerdict.Failed("an answer that is no JSON");
        }
    }

    private static ClassifierVerdict? Of(JsonElement root, int length)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("score", out var said)
            || said.ValueKind != JsonValueKind.Number
            || !said.TryGetDouble(out var score)
            || score is not (>= 0 and <= 1)
        )
        {
            return null;
        }

        var label = "";
        if (root.TryGetProperty("label", out var word) && word.ValueKind != JsonValueKind.Null)
        {
            label = word.ValueKind == JsonValueKind.String ? word.GetString()! : "-";
            if (label.Length > MaxLabel || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                return null;
            }
        }

        if (!root.TryGetProperty("spans", out var spans) || spans.ValueKind == JsonValueKind.Null)
        {
            return new ClassifierVerdict(score, label, null);
        }

        if (spans.ValueKind != JsonValueKind.Array || spans.GetArrayLength() > MaxSpans)
        {
            return null;
        }

        var (place, found) = ("", ImmutableArray.CreateBuilder<(int Start, int End)>());
        foreach (var span in spans.EnumerateArray())
        {
            if (
                span.ValueKind != JsonValueKind.Array
                || span.GetArrayLength() != 2
                || !span[0].TryGetInt32(out var start)
                || !span[1].TryGetInt32(out var end)
                || start < 0
                || end < start
                || end > length
            )
            {
                return null;
            }

            found.Add((start, end));
            place = place.Length > 0 ? place : string.Create(CultureInfo.InvariantCulture, $" at {start}-{end}");
        }

        return new ClassifierVerdict(score, (label.Length == 0 && place.Length > 0 ? "found" : label) + place, null)
        {
            Spans = found.ToImmutable(),
        };
    }
}
