using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>Reads what an agent's messages hold.</summary>
internal static class AgentMessages
{
    /// <summary>Hexadecimal digits of a value that is no text, as far as they are shown.</summary>
    private const int ShownBytes = 64;

    public static string TextOf(byte[] body) => new WireReader(body).Text();

    public static (string Name, string Text, byte[] Types) ReadParse(byte[] body)
    {
        var reader = new WireReader(body);
        return (reader.Text(), reader.Text(), reader.Rest().ToArray());
    }

    public static (string Name, int Most) ReadExecute(byte[] body)
    {
        var reader = new WireReader(body);
        return (reader.Text(), reader.Int());
    }

    public static (ImmutableArray<string?> Values, ImmutableArray<short> Formats) ReadValues(byte[] rest)
    {
        var reader = new WireReader(rest);
        var given = ReadShorts(ref reader);
        var values = new string?[reader.Count()];
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.Int();
            var isBinary = given.Length == 1 ? given[0] != 0 : i < given.Length && given[i] != 0;
            values[i] = length < 0 ? null : Shown(reader.Bytes(length), isBinary);
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

    private static string Shown(ReadOnlySpan<byte> value, bool isBinary) =>
        isBinary && value.Length <= sizeof(long) * 2 && value.IndexOfAnyInRange((byte)0, (byte)31) >= 0
            ? $"\\x{Convert.ToHexStringLower(value[..Math.Min(value.Length, ShownBytes)])}"
            : Encoding.UTF8.GetString(value);
}
