using System.Buffers;

namespace Bartizan.Guards.Sensitive.Names;

/// <summary>Capital letters of Latin alphabets.</summary>
internal static class Capitals
{
    /// <summary>All up to U+017F.</summary>
    public static SearchValues<char> All { get; } =
        SearchValues.Create(string.Concat(Enumerable.Range(0, 0x180).Select(c => (char)c).Where(char.IsUpper)));
}
