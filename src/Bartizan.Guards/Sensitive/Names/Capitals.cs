using System.Buffers;
using System.Text;

namespace Bartizan.Guards.Sensitive.Names;

/// <summary>Capital letters of Latin alphabets.</summary>
internal static class Capitals
{
    private static readonly SearchValues<char> _ascii = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> _all = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x180).Select(c => (char)c).Where(char.IsUpper))
    );

    /// <summary>Those that a text can hold: of ASCII alone far quicker to look for, else all up to U+017F.</summary>
    public static SearchValues<char> Of(ReadOnlySpan<char> text) => Ascii.IsValid(text) ? _ascii : _all;
}
