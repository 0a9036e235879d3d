using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>Changes of a JSON text by place, put in at once.</summary>
internal sealed class JsonPatch
{
    private readonly List<(int Start, int End, string Text)> _changes = [];

    /// <summary>True when nothing changes.</summary>
    public bool IsEmpty => _changes.Count == 0;

    /// <summary>A text as the inside of a JSON string.</summary>
    public static string Inside(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    /// <summary>A text as a JSON string.</summary>
    public static string String(string text) => $"\"{Inside(text)}\"";

    /// <summary>Puts JSON in the place of a value.</summary>
    public void Replace(JsonPlace place, string json) => _changes.Add((place.Start, place.End, json));

    /// <summary>Puts a text at the end of a string.</summary>
    public void Append(JsonPlace text, string added) => _changes.Add((text.End - 1, text.End - 1, Inside(added)));

    /// <summary>Puts an item at the end of a list.</summary>
    public void AppendItem(JsonPlace list, string json) =>
        _changes.Add((list.End - 1, list.End - 1, list.Items.Count == 0 ? json : $",{json}"));

    /// <summary>Puts an item at the beginning of a list.</summary>
    public void InsertItem(JsonPlace list, string json) =>
        _changes.Add((list.Start + 1, list.Start + 1, list.Items.Count == 0 ? json : $"{json},"));

    /// <summary>Puts a member at the beginning of an object.</summary>
    public void InsertMember(JsonPlace place, string name, string json) =>
        _changes.Add((place.Start + 1, place.Start + 1, $"\"{name}\":{json}{(place.Members.Count == 0 ? "" : ",")}"));

    /// <summary>The JSON with all changes.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> json)
    {
        var changed = new ArrayBufferWriter<byte>(json.Length + 1024);
        var at = 0;
        foreach (var (start, end, text) in _changes.OrderBy(change => change.Start))
        {
            changed.Write(json[at..start]);
            Encoding.UTF8.GetBytes(text, changed);
            at = end;
        }

        changed.Write(json[at..]);
        return changed.WrittenMemory;
    }
}
