using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// What passed last in one direction of a WebSocket, so that what is torn over messages is read as one text: all of it, and of JSON each
/// string by the names that lead to it, going on where the one before ended.
/// <code>
/// {"t":"sk-ant-"} ─ {"t":"api03-..."} ─▶ sk-ant-api03-...
/// </code>
/// </summary>
internal sealed class MessageWindow
{
    /// <summary>Characters of each text that are kept, and so many of the next are joined to them.</summary>
    public const int MaxChars = 512;

    /// <summary>Texts of JSON that are told apart by their names; the rest is in the whole.</summary>
    public const int MaxTexts = 16;

    /// <summary>A longer message is taken as one text, whatever it is.</summary>
    public const int MaxReadBytes = 64 << 10;

    private const ulong Whole = 14695981039346656037;

    private readonly Dictionary<ulong, string> _ends = [];

    /// <summary>What a message says together with what passed before it; empty where nothing did.</summary>
    public byte[] With(ReadOnlySpan<byte> message)
    {
        if (_ends.Count == 0)
        {
            return [];
        }

        var joined = new StringBuilder();
        foreach (var (place, text) in TextsOf(message))
        {
            if (!_ends.TryGetValue(place, out var end) || end.Length == 0 || text.Length == 0)
            {
                continue;
            }

            joined.Append(end).Append(text.Begin).Append('\n');

            // A word may be torn, or a sentence between two words.
            if (!char.IsWhiteSpace(end[^1]) && !char.IsWhiteSpace(text.Begin[0]))
            {
                joined.Append(end).Append(' ').Append(text.Begin).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(joined.ToString());
    }

    /// <summary>It passed.</summary>
    public void Pass(ReadOnlySpan<byte> message)
    {
        foreach (var (place, text) in TextsOf(message))
        {
            if (!_ends.TryGetValue(place, out var before) && _ends.Count > MaxTexts)
            {
                continue;
            }

            var end = text.Length >= MaxChars ? text.End.ToString() : $"{before}{text.End}";
            _ends[place] = end[^Math.Min(end.Length, MaxChars)..];
        }
    }

    private static Dictionary<ulong, PlaceText> TextsOf(ReadOnlySpan<byte> message)
    {
        var texts = new Dictionary<ulong, PlaceText>();
        if (message.Length > MaxReadBytes || !TryRead(message, texts))
        {
            texts.Clear();
            var whole = new PlaceText();
            whole.Add(Encoding.UTF8.GetString(message));
            texts[Whole] = whole;
        }

        return texts;
    }

    private static bool TryRead(ReadOnlySpan<byte> message, Dictionary<ulong, PlaceText> texts)
    {
        if (message.TrimStart(" \t\r\n"u8) is not [(byte)'{' or (byte)'[' or (byte)'"', ..])
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = 64 });
            var names = new Stack<ulong>([Whole]);
            var whole = new PlaceText();
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        names.Push(names.Peek());
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        names.Pop();
                        names.Push(PlaceOf(names.Count > 0 ? names.Peek() : Whole, reader.GetString()!));
                        break;
                    case JsonTokenType.String or JsonTokenType.Number:
                        var text =
                            reader.TokenType == JsonTokenType.String
                                ? reader.GetString()!
                                : Encoding.UTF8.GetString(reader.ValueSpan);
                        whole.Add(text);
                        if (names.Peek() != Whole && At(texts, names.Peek()) is { } place)
                        {
                            place.Add(text);
                        }

                        break;
                }
            }

            texts[Whole] = whole;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static PlaceText? At(Dictionary<ulong, PlaceText> texts, ulong place) =>
        texts.TryGetValue(place, out var text) ? text
        : texts.Count < MaxTexts ? texts[place] = new PlaceText()
        : null;

    // FNV-1a of `parent.name`. Whoever makes two names the same by it could have called them the same.
    private static ulong PlaceOf(ulong parent, string name)
    {
        var hash = (parent ^ '.') * 1099511628211;
        foreach (var one in name)
        {
            hash = (hash ^ one) * 1099511628211;
        }

        return hash;
    }
}
