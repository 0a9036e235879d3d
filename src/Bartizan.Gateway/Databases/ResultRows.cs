using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// Rows of a result as guards read them, <c>{"rows":[["a",null]]}</c>, and back: where a guard wrote a value anew, the row is made of that.
/// Values in binary formats are read as the text that they may hold; what the server says is a time or a broken number is left out.
/// </summary>
internal static class ResultRows
{
    private const string Member = "rows";

    /// <summary>Writes the rows for guards.</summary>
    public static byte[] Show(IReadOnlyList<byte[]> rows, RowShape shape)
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
                    json.WriteStringValue(length < 0 ? null : shape.Show(reader.Bytes(length), i));
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The rows with what guards wrote anew; null where that can't be put back.</summary>
    public static List<byte[]>? Take(ReadOnlyMemory<byte> shown, IReadOnlyList<byte[]> rows, RowShape shape)
    {
        try
        {
            using var document = JsonDocument.Parse(shown);
            var anew = document.RootElement.GetProperty(Member);
            return anew.GetArrayLength() == rows.Count
                ? [.. anew.EnumerateArray().Select((row, i) => Merge(row, rows[i], shape))]
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Merge(JsonElement anew, byte[] row, RowShape shape)
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
            var (before, after) = (shape.Show(bytes, i), anew[i].GetString());
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
