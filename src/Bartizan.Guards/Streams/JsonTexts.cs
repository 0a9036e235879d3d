using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Guards.Streams;

/// <summary>The strings of JSON with their places in its bytes, and the same bytes with other strings in their places.</summary>
internal static class JsonTexts
{
    private const int MaxDepth = 128;

    /// <summary>Calls back for each string that is a value.</summary>
    /// <returns>False when it is no JSON that reads in one way; what was told before is void then.</returns>
    public static bool Read(ReadOnlySpan<byte> json, JsonTextHandler each)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        Span<ulong> path = stackalloc ulong[MaxDepth + 2];
        path.Clear();
        try
        {
            while (reader.Read())
            {
                var depth = reader.CurrentDepth + 1;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        path[depth] = Hash(path[depth - 1], reader.ValueSpan);
                        each(path[depth], reader.GetString()!, (int)reader.TokenStartIndex, -1, reader.CurrentDepth);
                        break;
                    case JsonTokenType.String:
                        var end = (int)reader.BytesConsumed;
                        each(path[depth], reader.GetString()!, (int)reader.TokenStartIndex, end, reader.CurrentDepth);
                        break;
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        path[depth + 1] = path[depth];
                        break;
                }
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes with other strings in the places of some.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> json, IReadOnlyList<(int Start, int End, string Text)> places)
    {
        var built = new ArrayBufferWriter<byte>(json.Length + 64);
        var at = 0;
        foreach (var (start, end, text) in places)
        {
            built.Write(json[at..start]);
            built.Write("\""u8);
            built.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            built.Write("\""u8);
            at = end;
        }

        built.Write(json[at..]);
        return built.WrittenSpan.ToArray();
    }

    private static ulong Hash(ulong before, ReadOnlySpan<byte> name)
    {
        var hash = before ^ 14695981039346656037;
        foreach (var one in name)
        {
            hash = (hash ^ one) * 1099511628211;
        }

        return hash;
    }
}
