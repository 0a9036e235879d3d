using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>Reads what an agent's messages hold.</summary>
internal static class AgentMessages
{
    /// <summary>Hexadecimal digits of a value that is no text, as far as they are shown.</summary>
    private const int ShownBytes = 64;

    /// <summary>Characters of a name that an agent gives: drivers count.</summary>
    private const int MaxNameLength = 256;

    public static string TextOf(byte[] body) => new WireReader(body).Text();

    /// <summary>The name of a statement or a portal.</summary>
    public static string NameOf(ref WireReader reader)
    {
        var name = reader.Text();
        return name.Length <= MaxNameLength
            ? name
            : throw new WireBrokenException($"a name of more than {MaxNameLength} characters isn't taken");
    }

    public static (string Name, string Text, int[] Types) ReadParse(byte[] body)
    {
        var reader = new WireReader(body);
        var (name, text) = (NameOf(ref reader), reader.Text());
        var types = new int[reader.Count()];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = reader.Int();
        }

        return (name, text, types);
    }

    public static (string Name, int Most) ReadExecute(byte[] body)
    {
        var reader = new WireReader(body);
        return (NameOf(ref reader), reader.Int());
    }

    public static (ImmutableArray<string?> Values, ImmutableArray<short> Formats) ReadValues(byte[] rest, int[] types)
    {
        var reader = new WireReader(rest);
        var given = ReadShorts(ref reader);
        var values = new string?[reader.Count()];
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.Int();
            var isBinary = given.Length == 1 ? given[0] != 0 : i < given.Length && given[i] != 0;
            var type = isBinary && i < types.Length ? types[i] : 0;
            values[i] = length < 0 ? null : Shown(reader.Bytes(length), type);
        }

        return ([.. values], ReadShorts(ref reader));
    }

    private static ImmutableArray<short> ReadShorts(ref WireReader reader)
    {
        var shorts = new short[reader.Count()];
        for (var i = 0; i < shorts.Length; i++)
        {
            shorts[i] = reader.Short();
        }

        return [.. shorts];
    }

    // A binary value is a text, unless its statement takes a number or a time there: an agent may send a text in either format.
    private static string Shown(ReadOnlySpan<byte> value, int type) =>
        PlainTypes.IsNumberOrTime(type)
            ? PlainTypes.NumberOf(type, value)
                ?? $"\\x{Convert.ToHexStringLower(value[..Math.Min(value.Length, ShownBytes)])}"
            : Encoding.UTF8.GetString(value);
}
