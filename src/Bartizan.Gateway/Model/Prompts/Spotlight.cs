using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// Marks in a request what untrusted tools answered: each text between the session's own marks, or in Base64 between them. The same text
/// is marked the same in every request. Marks that stand in a text already are taken out of it, so that nothing ends its own.
/// Not marked: what isn't text, what providers' own tools answered, and answers of shells, whose form providers check.
/// </summary>
internal sealed class Spotlight(Session session, SpotlightForm form, JsonPatch patch)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Marks a request to a path.</summary>
    public void Mark(string path, JsonPlace body)
    {
        switch (path)
        {
            case "/v1/messages" or "/v1/messages/count_tokens":
                foreach (var block in Objects(body, "messages").SelectMany(message => Objects(message, "content")))
                {
                    Anthropic(block);
                }

                break;
            case "/v1/chat/completions":
                foreach (var message in Objects(body, "messages"))
                {
                    Chat(message);
                }

                break;
            case "/v1/responses" or "/v1/responses/compact" or "/v1/responses/input_tokens":
                foreach (var item in Objects(body, "input"))
                {
                    Item(item);
                }

                break;
            default:
                if (GeminiPath.Generates(path))
                {
                    foreach (var part in Objects(body, "contents").SelectMany(content => Objects(content, "parts")))
                    {
                        Gemini(part);
                    }
                }

                break;
        }
    }

    /// <summary>A text, marked.</summary>
    public string Marked(string text)
    {
        var mark = session.Marks.Boundary;
        var plain = text.Replace(mark, "", StringComparison.OrdinalIgnoreCase);
        while (plain.Contains(mark, StringComparison.OrdinalIgnoreCase))
        {
            plain = plain.Replace(mark, "", StringComparison.OrdinalIgnoreCase);
        }

        var inside = form == SpotlightForm.Encode ? Convert.ToBase64String(Encoding.UTF8.GetBytes(plain)) : plain;
        return $"[{mark}]\n{inside}\n[/{mark}]";
    }

    private void Anthropic(JsonPlace block)
    {
        var type = block.TextOf("type");
        if (type == "tool_use")
        {
            Name(block.TextOf("id"), block.TextOf("name"));
        }
        else if (
            type == "tool_result"
            && IsUntrusted(block.TextOf("tool_use_id"))
            && block.Find("content") is { } content
        )
        {
            Texts(content);
        }
    }

    private void Chat(JsonPlace message)
    {
        foreach (var call in Objects(message, "tool_calls"))
        {
            Name(call.TextOf("id"), call.Find("function")?.TextOf("name"));
        }

        var role = message.TextOf("role");
        var isUntrusted =
            role == "tool"
                ? IsUntrusted(message.TextOf("tool_call_id"))
                : role == "function" && !ToolTrust.IsTrusted(session, message.TextOf("name"));
        if (isUntrusted && message.Find("content") is { } content)
        {
            Texts(content);
        }
    }

    private void Item(JsonPlace item)
    {
        switch (item.TextOf("type"))
        {
            case "function_call" or "custom_tool_call":
                Name(item.TextOf("call_id"), item.TextOf("name"));
                break;
            case "function_call_output"
            or "custom_tool_call_output" when IsUntrusted(item.TextOf("call_id")) && item.Find("output") is { } output:
                Texts(output);
                break;
        }
    }

    // A Gemini result is an object: all of it becomes one text, names and all, under the name that models know.
    private void Gemini(JsonPlace part)
    {
        var result = part.Find("functionResponse") ?? part.Find("function_response");
        if (
            result?.Find("response") is { IsObject: true } response
            && !ToolTrust.IsTrusted(session, result.TextOf("name"))
        )
        {
            patch.Replace(response, $$"""{"output":{{JsonPatch.String(Marked(ResultText.Of(response)))}}}""");
        }
    }

    private void Texts(JsonPlace content)
    {
        if (content.Text is { } text)
        {
            patch.Replace(content, JsonPatch.String(Marked(text)));
            return;
        }

        foreach (var block in content.Items.Where(item => item.IsObject))
        {
            if (block.TextOf("type") is "text" or "input_text" && block.Find("text") is { Text: { } words } place)
            {
                patch.Replace(place, JsonPatch.String(Marked(words)));
            }
            else if (block.TextOf("type") == "search_result" && block.Find("content") is { IsList: true } nested)
            {
                Texts(nested);
            }
            else if (
                block.TextOf("type") == "document"
                && block.Find("source") is { IsObject: true } source
                && source.TextOf("type") == "text"
                && source.Find("data") is { Text: { } data } written
            )
            {
                patch.Replace(written, JsonPatch.String(Marked(data)));
            }
        }
    }

    private void Name(string? id, string? name)
    {
        // Of two calls with one id nobody knows whose result it is: its name is nobody's.
        if (id is not null)
        {
            _names[id] = _names.TryGetValue(id, out var before) && before != name ? "" : name ?? "";
        }
    }

    private bool IsUntrusted(string? id) => id is null || !ToolTrust.IsTrusted(session, _names.GetValueOrDefault(id));

    private static IEnumerable<JsonPlace> Objects(JsonPlace of, string name) =>
        of.IsObject && of.Find(name) is { IsList: true } list ? list.Items.Where(item => item.IsObject) : [];
}
