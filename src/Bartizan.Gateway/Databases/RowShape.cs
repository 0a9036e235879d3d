using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>How the values of rows are written.</summary>
/// <param name="Formats">The formats that the agent asked for: none for text, one for all columns, or one for each.</param>
/// <param name="Types">The types, as the server says them; empty where it hasn't.</param>
internal readonly record struct RowShape(ImmutableArray<short> Formats, int[] Types)
{
    /// <summary>All of it text.</summary>
    public static RowShape Text { get; } = new([], []);

    /// <summary>
    /// What guards read of a value; null for a number or a time in a binary format. INVARIANT: whether it is one the server says: an agent
    /// may ask for the binary format of a text, which is the same bytes.
    /// </summary>
    public string? Show(ReadOnlySpan<byte> value, int column)
    {
        var type = IsBinary(column) && column < Types.Length ? Types[column] : 0;
        return PlainTypes.IsNumberOrTime(type) ? PlainTypes.NumberOf(type, value) : Encoding.UTF8.GetString(value);
    }

    private bool IsBinary(int column) =>
        Formats.Length switch
        {
            0 => false,
            1 => Formats[0] != 0,
            _ => column < Formats.Length && Formats[column] != 0,
        };
}
