using System.Text.Json;

namespace Bartizan.Gateway.Model.Spending;

/// <content>Gemini: the limit stands in <c>generationConfig</c>, in either spelling of protobuf's JSON.</content>
internal sealed partial class RequestBounds
{
    private string? ReadGemini(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var top = "";
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var (depth, name) = (reader.CurrentDepth, Plain(ref reader));
            if (depth == 1)
            {
                top = name;
                if (ReadGeminiTop(ref reader, name, body) is { } problem)
                {
                    return problem;
                }
            }
            else if (top == "generationconfig" && depth is 2 or 3)
            {
                if (ReadGeminiConfig(ref reader, name, depth) is { } problem)
                {
                    return problem;
                }
            }
            else if (top == "tools" && depth == 3)
            {
                _readsElsewhere |= name != "functiondeclarations";
            }
            else if (top is "contents" or "systeminstruction" or "content" or "requests")
            {
                ReadGeminiPart(ref reader, name);
            }
        }

        return null;
    }

    private string? ReadGeminiTop(ref Utf8JsonReader reader, string name, ReadOnlySpan<byte> body)
    {
        _hasTools |= name == "tools";
        if (name != "generationconfig")
        {
            return null;
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || !_seen.Add(name))
        {
            return "the field `generationConfig` is no object, or stands twice, and a budget stands in this agent's manifest";
        }

        var at = (int)reader.TokenStartIndex + 1;
        var isEmpty = body[at..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..];
        _place = (at, "\"maxOutputTokens\":", isEmpty ? "" : ",");
        return null;
    }

    private string? ReadGeminiConfig(ref Utf8JsonReader reader, string name, int depth)
    {
        if (name is not ("maxoutputtokens" or "candidatecount" or "thinkingbudget"))
        {
            return null;
        }

        if (!_seen.Add(name))
        {
            return $"the request body has the field `{name}` twice, or in two spellings";
        }

        reader.Read();
        switch (name)
        {
            case "maxoutputtokens" when depth == 2:
                return ReadLimit(ref reader, "maxOutputTokens");
            case "candidatecount" when depth == 2:
                var isSet = reader.TokenType != JsonTokenType.Null;
                if (isSet && (!TryCount(ref reader, out var answers) || answers is < 1 or > MaxAnswers))
                {
                    return $"the field `candidateCount` is no number of answers from 1 to {MaxAnswers}";
                }

                return Answers(isSet, ref reader);
            case "thinkingbudget" when TryCount(ref reader, out var budget):
                _thinking = budget;
                return null;
            default:
                return null;
        }
    }

    private void ReadGeminiPart(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "inlinedata":
                _images++;
                break;
            case "filedata":
                _readsElsewhere = true;
                break;
            case "mimetype":
                // Minutes and pages: their bytes don't bound them.
                reader.Read();
                _readsElsewhere |= reader.TokenType != JsonTokenType.String || !reader.ValueSpan.StartsWith("image/"u8);
                break;
        }
    }

    private static string Plain(ref Utf8JsonReader reader) =>
        NameOf(ref reader).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
