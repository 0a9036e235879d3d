using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>A JSON result as one text that reads like itself, whatever its bytes were.</summary>
internal static class ResultText
{
    /// <summary>The text.</summary>
    public static string Of(JsonPlace place)
    {
        var text = new StringBuilder();
        Write(place, text);
        return text.ToString();
    }

    private static void Write(JsonPlace place, StringBuilder text)
    {
        switch (place.Kind)
        {
            case JsonTokenType.StartObject:
                text.Append('{');
                for (var at = 0; at < place.Members.Count; at++)
                {
                    text.Append(at == 0 ? "" : ", ").Append(JsonPatch.String(place.Members[at].Name)).Append(": ");
                    Write(place.Members[at].Value, text);
                }

                text.Append('}');
                break;
            case JsonTokenType.StartArray:
                text.Append('[');
                for (var at = 0; at < place.Items.Count; at++)
                {
                    text.Append(at == 0 ? "" : ", ");
                    Write(place.Items[at], text);
                }

                text.Append(']');
                break;
            default:
                text.Append(place.Text is { } words ? JsonPatch.String(words) : place.Raw);
                break;
        }
    }
}
