using System.Text;

namespace Bartizan.Guards.Streams;

/// <summary>What an event says beside its data: its id, its name, comments, and lines that nobody knows.</summary>
/// <param name="Text">Those lines, as they came.</param>
/// <param name="Values">What they say, one after the other: what is torn over several of them stands whole in it.</param>
/// <param name="Names">The same of names that nobody knows.</param>
/// <param name="IsComment">True for an event of comments alone, which may pass before those that wait.</param>
/// <param name="HasData">True when it has data.</param>
internal sealed record EventFrame(string Text, string Values, string Names, bool IsComment, bool HasData)
{
    private static readonly EventFrame s_none = new("", "", "", IsComment: false, HasData: true);

    /// <summary>Of an event, as it came.</summary>
    public static EventFrame Of(ReadOnlySpan<byte> raw)
    {
        var (text, values, names) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        var (isComment, hasData) = (true, false);
        for (var at = 0; at < raw.Length; )
        {
            var end = raw[at..].IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? raw[at..] : raw.Slice(at, end);
            at += line.Length + 1;
            if (line.IsEmpty)
            {
                continue;
            }

            isComment &= line[0] == (byte)':';
            if (line.StartsWith("data:"u8))
            {
                hasData = true;
                continue;
            }

            var colon = line.IndexOf((byte)':');
            var name = colon < 0 ? line : line[..colon];
            text.Append(Encoding.UTF8.GetString(line)).Append('\n');
            values.Append(Encoding.UTF8.GetString(colon < 0 ? [] : WithoutBlank(line[(colon + 1)..])));
            names.Append(IsKnown(name) ? "" : Encoding.UTF8.GetString(name));
        }

        return text.Length == 0 && hasData
            ? s_none
            : new EventFrame(text.ToString(), values.ToString(), names.ToString(), isComment, hasData);
    }

    private static ReadOnlySpan<byte> WithoutBlank(ReadOnlySpan<byte> value) =>
        value is [(byte)' ', ..] ? value[1..] : value;

    private static bool IsKnown(ReadOnlySpan<byte> name) =>
        name.IsEmpty || name.SequenceEqual("id"u8) || name.SequenceEqual("event"u8) || name.SequenceEqual("retry"u8);
}
