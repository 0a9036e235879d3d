namespace Bartizan.Records.Entries;

/// <summary>Reads the detail of a state entry: the state's name, then perhaps a colon and more (<c>ended: lost</c>).</summary>
internal static class EntryStates
{
    private const string Ended = "ended";

    public static bool IsEnded(string? detail) => NameOf(detail).Equals(Ended, StringComparison.OrdinalIgnoreCase);

    public static bool IsEnded(ReadOnlySpan<byte> detail) =>
        System.Text.Ascii.EqualsIgnoreCase(detail[..Math.Min(detail.Length, Ended.Length)], Ended)
        && (detail.Length == Ended.Length || detail[Ended.Length] is (byte)':' or (byte)' ' or (byte)',');

    public static ReadOnlySpan<char> NameOf(string? detail)
    {
        var text = detail.AsSpan().Trim();
        var end = text.IndexOfAny(':', ' ', ',');
        return end < 0 ? text : text[..end];
    }
}
