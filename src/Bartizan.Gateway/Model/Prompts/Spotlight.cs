using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// Marks in a request what untrusted tools answered: each text between marks that are its own in the session, or in Base64 between them.
/// The same text is marked the same in every request. What a session's marks begin with is taken out of a text, and another text's mark
/// ends nothing, so whoever learns one has none for what is written next.
/// Not marked: what isn't text, what providers' own tools answered, and answers of shells, whose form providers check.
/// </summary>
internal sealed class Spotlight(Session session, SpotlightForm form, JsonPatch patch)
{
    /// <summary>The longest title of a document that Anthropic takes.</summary>
    private const int MaxTitle = 500;

    private const string Gone = "[…]";

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

    private void Mark(JsonPlace place)
    {
        if (place.Text is { Length: > 0 } text)
        {
            patch.ReplaceText(place, Marked(text));
        }
    }

    private string Marked(string text) => Between(Plain(text));

    // What a provider takes no more of is cut, since the request would be lost otherwise.
    private void MarkTitle(JsonPlace place)
    {
        if (place.Text is { Length: > 0 } text)
        {
            var plain = Plain(text);
            var room = MaxTitle - Between("").Length;
            var cut = 0;
            foreach (var rune in plain.EnumerateRunes())
            {
                room -= form == SpotlightForm.Encode ? 2 * rune.Utf8SequenceLength : rune.Utf16SequenceLength;
                cut += room < 0 ? 0 : rune.Utf16SequenceLength;
            }

            patch.ReplaceText(place, Between(plain[..cut]));
        }
    }

    // In one pass, and by what holds no letter: what stood around a mark becomes none.
    private string Plain(string text) => text.Replace(session.Marks.Boundary, Gone, StringComparison.OrdinalIgnoreCase);

    private string Between(string plain)
    {
        var mark = session.Marks.BoundaryOf(plain);
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
                Name(item.TextOf("call_id"), ToolTrust.NameIn(item.TextOf("namespace"), item.TextOf("name")));
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
            patch.ReplaceText(response, Marked(ResultText.Of(response)), "{\"output\":\"", "\"}");
        }
    }

    private void Texts(JsonPlace content)
    {
        Mark(content);
        foreach (var block in content.Objects)
        {
            var type = block.TextOf("type");
            if (type is "text" or "input_text")
            {
                Field(block, "text", Mark);
            }
            else if (type is "search_result" or "document")
            {
                Found(block);
            }
        }
    }

    // Whoever wrote a page wrote its title, too, and what is said of where it is from.
    private void Found(JsonPlace block)
    {
        Field(block, "title", MarkTitle);
        Field(block, "context", Mark);
        Field(block, "content", Texts);
        Field(block, "source", Mark);
        if (block.Find("source") is { IsObject: true } source)
        {
            var type = source.TextOf("type");
            if (type == "text")
            {
                Field(source, "data", Mark);
            }
            else if (type == "content")
            {
                Field(source, "content", Texts);
            }
        }
    }

    private static void Field(JsonPlace block, string name, Action<JsonPlace> mark)
    {
        if (block.Find(name) is { } place)
        {
            mark(place);
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
        of.IsObject && of.Find(name) is { IsList: true } list ? list.Objects : [];
}
