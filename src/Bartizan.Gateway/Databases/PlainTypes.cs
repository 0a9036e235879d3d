using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;

namespace Bartizan.Gateway.Databases;

/// <summary>Types of PostgreSQL by their numbers, which are the same in every database.</summary>
internal static class PlainTypes
{
    private const int Int2 = 21;

    private const int Int4 = 23;

    private const int Int8 = 20;

    // bool, int8, int2, int4, float4, float8, date, time, timestamp, timestamptz, interval, timetz, numeric.
    private static readonly FrozenSet<int> s_unwritten = FrozenSet.Create([
        16,
        Int8,
        Int2,
        Int4,
        700,
        701,
        1082,
        1083,
        1114,
        1184,
        1186,
        1266,
        1700,
    ]);

    // bytea, "char", name, text, json, unknown, bpchar, varchar, uuid, jsonb; then lists of all of them.
    private static readonly FrozenSet<int> s_taken = FrozenSet.Create([
        .. s_unwritten,
        .. (ReadOnlySpan<int>)[0, 17, 18, 19, 25, 114, 705, 1042, 1043, 2950, 3802],
        .. (ReadOnlySpan<int>)[199, 1000, 1001, 1002, 1003, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1115, 1182],
        .. (ReadOnlySpan<int>)[1183, 1185, 1187, 1231, 1270, 2951, 3807],
    ]);

    /// <summary>
    /// True where a value means the same in any database. Of the others some are looked up: a text that is read as a <c>regclass</c> tells
    /// whether there is such a table.
    /// </summary>
    public static bool IsTaken(int type) => s_taken.Contains(type);

    /// <summary>True for a number or a time, which in a binary format hold no sentence.</summary>
    public static bool IsNumberOrTime(int type) => s_unwritten.Contains(type);

    /// <summary>A whole number in a binary format, as it is in text; null for everything else.</summary>
    public static string? NumberOf(int type, ReadOnlySpan<byte> value) =>
        (type, value.Length) switch
        {
            (Int2, sizeof(short)) => Shown(BinaryPrimitives.ReadInt16BigEndian(value)),
            (Int4, sizeof(int)) => Shown(BinaryPrimitives.ReadInt32BigEndian(value)),
            (Int8, sizeof(long)) => Shown(BinaryPrimitives.ReadInt64BigEndian(value)),
            _ => null,
        };

    private static string Shown(long number) => number.ToString(CultureInfo.InvariantCulture);
}
