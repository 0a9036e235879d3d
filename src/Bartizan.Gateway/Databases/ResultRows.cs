using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// Rows of a result as guards read them, <c>{"rows":[["a",null]]}</c>, and back: where a guard wrote a value anew, the row is made of that.
/// Values in binary formats are read as the text that they may hold; the shortest of them, numbers and times, are left out.
/// </summary>
internal static class ResultRows
{
    /// <summary>A binary value this short with a control character in it holds no sentence.</summary>
    private const int ShortBytes = 16;

    private const string Member = "rows";

    /// <summary>Writes the rows for guards.</summary>
    public static byte[] Show(IReadOnlyList<byte[]> rows, ImmutableArray<short> formats)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray(Member);
            foreach (var row in rows)
            {
                json.WriteStartArray();
                var reader = new WireReader(row);
                var count = reader.Count();
                for (var i = 0; i < count; i++)
                {
                    var length = reader.Int();
                    json.WriteStringValue(length < 0 ? null : TextOf(reader.Bytes(length), IsBinary(formats, i)));
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The rows with what guards wrote anew; null where that can't be put back.</summary>
    public static List<byte[]>? Take(
        ReadOnlyMemory<byte> shown,
        IReadOnlyList<byte[]> rows,
        ImmutableArray<short> formats
    )
    {
        try
        {
            using var document = JsonDocument.Parse(shown);
            var anew = document.RootElement.GetProperty(Member);
            return anew.GetArrayLength() == rows.Count
                ? [.. anew.EnumerateArray().Select((row, i) => Merge(row, rows[i], formats))]
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Merge(JsonElement anew, byte[] row, ImmutableArray<short> formats)
    {
        var reader = new WireReader(row);
        var count = reader.Count();
        if (anew.GetArrayLength() != count)
        {
            throw new InvalidOperationException("a row has another number of values");
        }

        var body = new WireBody().Short((short)count);
        for (var i = 0; i < count; i++)
        {
            var length = reader.Int();
            if (length < 0)
            {
                body.Int(length);
                continue;
            }

            var bytes = reader.Bytes(length);
            var isBinary = IsBinary(formats, i);
            var (before, after) = (TextOf(bytes, isBinary), anew[i].GetString());
            if (before == after)
            {
                body.Int(length).Bytes(bytes);
                continue;
            }

            var written = Encoding.UTF8.GetBytes(after ?? "");
            var isWhole = before is not null && bytes.SequenceEqual(Encoding.UTF8.GetBytes(before));
            if (!isWhole)
            {
                throw new InvalidOperationException("a binary value can't be written anew");
            }

            body.Int(written.Length).Bytes(written);
        }

        return body.Written.ToArray();
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes, bool isBinary) =>
        isBinary && bytes.Length < ShortBytes && bytes.IndexOfAnyInRange((byte)0, (byte)31) >= 0
            ? null
            : Encoding.UTF8.GetString(bytes);

    // None: all text. One: that for all. Else one for each.
    private static bool IsBinary(ImmutableArray<short> formats, int column) =>
        formats.Length switch
        {
            0 => false,
            1 => formats[0] != 0,
            _ => column < formats.Length && formats[column] != 0,
        };

    /// <summary>A row of one value, for what comes without columns.</summary>
    public static byte[] RowOf(ReadOnlySpan<byte> value)
    {
        var row = new byte[sizeof(short) + sizeof(int) + value.Length];
        BinaryPrimitives.WriteInt16BigEndian(row, 1);
        BinaryPrimitives.WriteInt32BigEndian(row.AsSpan(sizeof(short)), value.Length);
        value.CopyTo(row.AsSpan(sizeof(short) + sizeof(int)));
        return row;
    }

    /// <summary>The value of such a row.</summary>
    public static ReadOnlySpan<byte> ValueOf(byte[] row) => row.AsSpan(sizeof(short) + sizeof(int));
}
