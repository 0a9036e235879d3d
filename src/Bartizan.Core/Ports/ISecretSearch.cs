namespace Bartizan.Core.Ports;

/// <summary>
/// Finds a few known values in bytes, in any of the forms in which they can be written and turned back. Pure, and safe for threads.
/// </summary>
public interface ISecretSearch
{
    /// <summary>Where they stand, in order, none touching another; parts of sixteen characters of a value and more, too.</summary>
    /// <param name="bytes">The bytes; text is taken for UTF-8 or Latin-1, which are alike for what is looked for.</param>
    /// <param name="unfold">
    /// True to look in what the text stands for as well (escapes, entities, Base64 within Base64): several times the work.
    /// </param>
    IReadOnlyList<(int Start, int End)> Find(ReadOnlySpan<byte> bytes, bool unfold);
}
