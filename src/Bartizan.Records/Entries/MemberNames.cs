using System.Text;

namespace Bartizan.Records.Entries;

/// <summary>The names that an object of a leaf may have, in the order in which they stand there; at most 64.</summary>
internal sealed class MemberNames(params string[] names)
{
    private readonly byte[][] _utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];

    public int Count => names.Length;

    public string this[int place] => names[place];

    public ReadOnlySpan<byte> Utf8(int place) => _utf8[place];
}
