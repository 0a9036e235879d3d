using System.Text;

namespace Bartizan.Guards.Streams;

/// <summary>What an event of a stream carries.</summary>
internal static class EventData
{
    /// <summary>The one line of data of an event; none when it has several.</summary>
    public static (int Start, int Length) Of(ReadOnlySpan<byte> raw)
    {
        var (start, length) = (0, 0);
        for (var at = 0; at < raw.Length; )
        {
            var end = raw[at..].IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? raw[at..] : raw.Slice(at, end);
            if (line.StartsWith("data:"u8))
            {
                if (length > 0)
                {
                    return default;
                }

                start = at + 5;
                length = line.Length - 5;
            }

            at += line.Length + 1;
        }

        return (start, length);
    }

    /// <summary>Blocks and choices that stream side by side say which they are.</summary>
    public static ulong IndexOf(ReadOnlySpan<byte> data)
    {
        var salt = 0UL;
        foreach (var name in (ReadOnlySpan<string>)["\"index\":", "\"output_index\":", "\"content_index\":"])
        {
            var at = data.IndexOf(Encoding.ASCII.GetBytes(name));
            if (at < 0)
            {
                continue;
            }

            var number = data[(at + name.Length)..].TrimStart((byte)' ');
            var value = 1UL;
            for (var digit = 0; digit < number.Length && number[digit] is >= (byte)'0' and <= (byte)'9'; digit++)
            {
                value = (value * 10) + number[digit];
            }

            salt = (salt * 1099511628211) + (value * (ulong)name.Length);
        }

        return salt;
    }
}
