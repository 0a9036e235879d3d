using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>Changes of a JSON text by place, put in at once.</summary>
internal sealed class JsonPatch
{
    private const int PieceLength = 1024;

    private readonly List<Change> _changes = [];

    /// <summary>True when nothing changes.</summary>
    public bool IsEmpty => _changes.Count == 0;

    /// <summary>A text as the inside of a JSON string.</summary>
    public static string Inside(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    /// <summary>A text as a JSON string.</summary>
    public static string String(string text) => $"\"{Inside(text)}\"";

    /// <summary>Puts JSON in the place of a value.</summary>
    public void Replace(JsonPlace place, string json) => _changes.Add(new Change(place.Start, place.End, json));

    /// <summary>Puts a text in the place of a value, with JSON around its inside.</summary>
    public void ReplaceText(JsonPlace place, string text, string before = "\"", string after = "\"") =>
        _changes.Add(new Change(place.Start, place.End, before, text, after));

    /// <summary>Puts a text at the end of a string.</summary>
    public void Append(JsonPlace text, string added) => Insert(text.End - 1, Inside(added));

    /// <summary>Puts an item at the end of a list.</summary>
    public void AppendItem(JsonPlace list, string json) => Insert(list.End - 1, list.IsEmpty ? json : $",{json}");

    /// <summary>Puts an item at the beginning of a list.</summary>
    public void InsertItem(JsonPlace list, string json) => Insert(list.Start + 1, list.IsEmpty ? json : $"{json},");

    /// <summary>Puts a member at the beginning of an object.</summary>
    public void InsertMember(JsonPlace place, string name, string json) =>
        Insert(place.Start + 1, $"\"{name}\":{json}{(place.IsEmpty ? "" : ",")}");

    /// <summary>The JSON with all changes.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> json)
    {
        var more = _changes.Sum(change => (long)change.Before.Length + change.Text.Length + change.After.Length);
        var changed = new ArrayBufferWriter<byte>((int)Math.Min(json.Length + more + PieceLength, Array.MaxLength));
        var at = 0;
        foreach (var change in _changes.OrderBy(change => change.Start))
        {
            changed.Write(json[at..change.Start]);
            Encoding.UTF8.GetBytes(change.Before, changed);
            Write(change.Text, changed);
            Encoding.UTF8.GetBytes(change.After, changed);
            at = change.End;
        }

        changed.Write(json[at..]);
        return changed.WrittenMemory;
    }

    private void Insert(int at, string json) => _changes.Add(new Change(at, at, json));

    // In pieces: results are as long as a request, and no copy of one is made only to be copied.
    private static void Write(ReadOnlySpan<char> text, ArrayBufferWriter<byte> changed)
    {
        Span<char> piece = stackalloc char[PieceLength];
        while (!text.IsEmpty)
        {
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text, piece, out var read, out var written);
            Encoding.UTF8.GetBytes(piece[..written], changed);
            text = text[read..];
        }
    }

    private sealed record Change(int Start, int End, string Before, string Text = "", string After = "");
}
