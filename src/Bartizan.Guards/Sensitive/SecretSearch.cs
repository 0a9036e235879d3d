using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Guards.Sensitive;

/// <summary>A search for a few values, over the same index that the guards look for a session's credentials with.</summary>
public sealed class SecretSearch : ISecretSearch
{
    private readonly SecretIndex _index;

    private SecretSearch(SecretIndex index) => _index = index;

    /// <summary>Makes one; the values aren't kept.</summary>
    /// <remarks>
    /// Every piece of sixteen characters of a value that nobody knows is found, wherever in it: whoever tells somebody else where something
    /// was found counts how often he did.
    /// </remarks>
    public static ISecretSearch Of(IReadOnlyList<string> values) =>
        new SecretSearch(SecretIndex.Of(values, isDense: true));

    /// <inheritdoc/>
    public IReadOnlyList<(int Start, int End)> Find(ReadOnlySpan<byte> bytes, bool unfold)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return unfold ? LentFinder.PlacesOf(_index, text) : LentFinder.RawPlacesOf(_index, text);
    }
}
