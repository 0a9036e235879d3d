using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// A request to a model without what a manifest keeps from models: text by text, so that everything else stays byte for byte. Numbers and
/// names count only in what a tool was called with or answered; there they become texts and other names.
/// </summary>
internal sealed class RequestRedaction(TextRedaction texts, CancellationToken cancellationToken)
{
    /// <summary>As deep as the gateway reads.</summary>
    private const int MaxDepth = 256;

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth };

    /// <summary>The request; the same bytes where nothing is taken out, and null for one that can't be read.</summary>
    public ReadOnlyMemory<byte>? Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, _json);
            var changes = new Changes(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var field in document.RootElement.EnumerateObject())
                {
                    if (!RequestShape.IsSetting(field) && !RequestShape.IsMark(document.RootElement, field))
                    {
                        Visit(changes, field.Value, field.Name, RequestShape.IsTools(field, isTop: true));
                    }
                }
            }

            return changes.Apply();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Visit(Changes changes, JsonElement value, string name, bool isTools)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (value.ValueKind)
        {
            case JsonValueKind.String when name == "arguments" && !isTools:
                Text(changes, value, Arguments(value.GetString()!));
                break;
            case JsonValueKind.String:
                Text(changes, value, texts.Of(isTools ? name : "", value.GetString()!));
                break;
            case JsonValueKind.Number when isTools:
                Number(changes, value, name);
                break;
            case JsonValueKind.Number when name is "input" or "prompt":
                throw new InvalidOperationException("tokens are no text that anybody could read here");
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Visit(changes, item, name, isTools);
                }

                break;
            case JsonValueKind.Object when isTools || !RequestShape.IsProviders(value):
                Fields(changes, value, isTools);
                break;
            default:
                break;
        }
    }

    private void Fields(Changes changes, JsonElement of, bool isTools)
    {
        foreach (var field in of.EnumerateObject())
        {
            if (isTools)
            {
                var name = texts.Of("", field.Name);
                if (!ReferenceEquals(name, field.Name) && name != field.Name)
                {
                    changes.PutName(field, name);
                }

                Visit(changes, field.Value, field.Name, isTools: true);
            }
            else if (!RequestShape.IsMark(of, field))
            {
                Visit(changes, field.Value, field.Name, RequestShape.IsTools(field, isTop: false));
            }
        }
    }

    // JSON within a text: its own texts, so that it stays JSON; what is none is a text like any other.
    private string Arguments(string text)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            using var document = JsonDocument.Parse(bytes, _json);
            var changes = new Changes(bytes);
            Visit(changes, document.RootElement, "", isTools: true);
            return changes.IsEmpty ? text : Encoding.UTF8.GetString(changes.Apply().Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return texts.Of("", text);
        }
    }

    private static void Text(Changes changes, JsonElement value, string cleaned)
    {
        if (!value.ValueEquals(cleaned))
        {
            changes.Put(value, cleaned);
        }
    }

    private void Number(Changes changes, JsonElement value, string name)
    {
        var raw = value.GetRawText();
        var cleaned = texts.Of(name, raw);
        if (cleaned != raw)
        {
            changes.Put(value, cleaned);
        }
    }

    private sealed class Changes(ReadOnlyMemory<byte> json)
    {
        private readonly List<(int Start, int End, string Text)> _places = [];

        public bool IsEmpty => _places.Count == 0;

        public void Put(JsonElement value, string text) => Put(JsonMarshal.GetRawUtf8Value(value), text);

        public void PutName(JsonProperty field, string text)
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(field);
            var start = PlaceOf(raw);
            _places.Add((start - 1, start + raw.Length + 1, text));
        }

        public ReadOnlyMemory<byte> Apply()
        {
            if (IsEmpty)
            {
                return json;
            }

            var built = new ArrayBufferWriter<byte>(json.Length + 64);
            var at = 0;
            foreach (var (start, end, text) in _places)
            {
                built.Write(json.Span[at..start]);
                built.Write("\""u8);
                built.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
                built.Write("\""u8);
                at = end;
            }

            built.Write(json.Span[at..]);
            return built.WrittenMemory;
        }

        private void Put(ReadOnlySpan<byte> raw, string text)
        {
            var start = PlaceOf(raw);
            _places.Add((start, start + raw.Length, text));
        }

        private int PlaceOf(ReadOnlySpan<byte> raw) =>
            json.Span.Overlaps(raw, out var at)
                ? at
                : throw new InvalidOperationException("the value is not of this JSON");
    }
}
