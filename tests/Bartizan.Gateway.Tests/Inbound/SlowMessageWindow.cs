using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>
/// What <see cref="Bartizan.Gateway.Inbound.MessageWindow"/> is to say, in the plainest way: whole texts, and places by their names. It is what
/// the window was before it was made to bear hostile messages.
/// </summary>
internal sealed class SlowMessageWindow
{
    /// <summary>Characters of each text that are kept, and so many of the next are joined to them.</summary>
    public const int MaxChars = 512;

    /// <summary>Texts of JSON that are told apart by their names; the rest is in the whole.</summary>
    public const int MaxTexts = 16;

    /// <summary>A longer message is taken as one text, whatever it is.</summary>
    public const int MaxReadBytes = 64 << 10;

    private const string Whole = "";

    private readonly Dictionary<string, string> _ends = new(StringComparer.Ordinal);

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

            var begin = text[..Math.Min(text.Length, MaxChars)];
            joined.Append(end).Append(begin).Append('\n');

            // A word may be torn, or a sentence between two words.
            if (!char.IsWhiteSpace(end[^1]) && !char.IsWhiteSpace(begin[0]))
            {
                joined.Append(end).Append(' ').Append(begin).Append('\n');
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

            var end = text.Length >= MaxChars ? text : before + text;
            _ends[place] = end[^Math.Min(end.Length, MaxChars)..];
        }
    }

    private static Dictionary<string, string> TextsOf(ReadOnlySpan<byte> message)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (message.Length > MaxReadBytes || !TryRead(message, texts))
        {
            texts.Clear();
            texts[Whole] = Encoding.UTF8.GetString(message);
        }

        return texts;
    }

    private static bool TryRead(ReadOnlySpan<byte> message, Dictionary<string, string> texts)
    {
        if (message.TrimStart(" \t\r\n"u8) is not [(byte)'{' or (byte)'[' or (byte)'"', ..])
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = 64 });
            var names = new Stack<string>([Whole]);
            var whole = new StringBuilder();
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
                        names.Push($"{(names.Count > 0 ? names.Peek() : Whole)}.{reader.GetString()}");
                        break;
                    case JsonTokenType.String or JsonTokenType.Number:
                        var text =
                            reader.TokenType == JsonTokenType.String
                                ? reader.GetString()!
                                : Encoding.UTF8.GetString(reader.ValueSpan);
                        whole.Append(text);
                        var place = names.Peek();
                        if (place.Length > 0 && (texts.Count < MaxTexts || texts.ContainsKey(place)))
                        {
                            texts[place] = texts.GetValueOrDefault(place, "") + text;
                        }

                        break;
                }
            }

            texts[Whole] = whole.ToString();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
