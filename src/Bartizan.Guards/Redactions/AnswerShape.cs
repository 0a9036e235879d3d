using System.Text.Json;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// In which strings of a model's answer, or of an event of one, values come back: in what the model says and in what it calls tools with.
/// Not in what it thinks: providers sign that, and want it back as it was.
/// </summary>
internal static class AnswerShape
{
    /// <summary>The strings.</summary>
    public static IReadOnlyList<AnswerText> TextsOf(JsonElement root)
    {
        var texts = new List<AnswerText>();
        var type = Word(root, "type") ?? "";
        if (!type.Contains("reasoning", StringComparison.Ordinal))
        {
            var isArguments = type.Contains("_call_arguments.", StringComparison.Ordinal);
            Visit(root, "", HashCode.Combine(1, type), isArguments, texts);
        }

        return texts;
    }

    private static void Visit(JsonElement value, string name, int key, bool isArguments, List<AnswerText> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                var isJson = name is "arguments" or "partial_json" || (name == "delta" && isArguments);
                texts.Add(new AnswerText(value, key, isJson, IsArgument: false));
                break;
            case JsonValueKind.Array:
                var at = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Visit(item, name, HashCode.Combine(key, at++), isArguments, texts);
                }

                break;
            case JsonValueKind.Object when !IsThought(value):
                Fields(value, Among(value, key), isArguments, texts);
                break;
            default:
                break;
        }
    }

    private static void Fields(JsonElement of, int key, bool isArguments, List<AnswerText> texts)
    {
        foreach (var field in of.EnumerateObject())
        {
            var isTools =
                field.Name is "args" or "input" or "arguments"
                && field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
            if (isTools)
            {
                Given(field.Value, texts);
            }
            else if (!IsMark(field.Name))
            {
                Visit(field.Value, field.Name, HashCode.Combine(key, field.Name), isArguments, texts);
            }
        }
    }

    // What a tool is called with, whole: each string by itself, whatever it is called.
    private static void Given(JsonElement value, List<AnswerText> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                texts.Add(new AnswerText(value, 0, IsJson: false, IsArgument: true));
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Given(item, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    Given(field.Value, texts);
                }

                break;
            default:
                break;
        }
    }

    private static bool IsMark(string name) =>
        name is "thinking" or "reasoning" or "reasoning_content" or "reasoning_details" or "tools" or "name"
        || (name != ProviderFields.Echo && ProviderFields.Contains(name));

    private static bool IsThought(JsonElement of) =>
        Word(of, "type") is "thinking" or "redacted_thinking" or "reasoning"
        || RequestShape.IsProviders(of)
        || (of.TryGetProperty("thought", out var thought) && thought.ValueKind == JsonValueKind.True);

    // What streams side by side says which it is.
    private static int Among(JsonElement of, int key)
    {
        foreach (var name in (ReadOnlySpan<string>)["index", "output_index", "content_index"])
        {
            if (
                of.TryGetProperty(name, out var index)
                && index.ValueKind == JsonValueKind.Number
                && index.TryGetInt32(out var number)
            )
            {
                key = HashCode.Combine(key, name, number);
            }
        }

        return key;
    }

    private static string? Word(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
        && of.TryGetProperty(name, out var word)
        && word.ValueKind == JsonValueKind.String
            ? word.GetString()
            : null;
}
