using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Entries;

/// <summary>
/// How far a vault has come: the number of its last change, and the digest of the file that it left. It stands at the end of the detail
/// of each entry that records a change, so that an older file is known by the log.
/// </summary>
/// <param name="Generation">How many changes there were.</param>
/// <param name="File">The file's digest.</param>
/// <param name="Front">The digest of the vault's id and lock: another vault, or the same behind another lock, is known by it.</param>
public readonly record struct VaultMark(long Generation, Digest File, Digest Front)
{
    private const string Between = "; generation ";

    /// <summary>What an entry says of a change.</summary>
    public string After(string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}{Between}{Generation} {File} {Front}").TrimEnd();

    /// <summary>Reads it from what an entry says; null when the entry records no change.</summary>
    public static VaultMark? In(string? detail)
    {
        var at = detail?.LastIndexOf(Between, StringComparison.Ordinal) ?? -1;
        return
            at >= 0
            && detail![(at + Between.Length)..].Split(' ') is [var number, var digits, .. { Length: < 2 } rest]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            && Digest.TryParse(digits, out var file)
            && TryFront(rest, out var front)
            ? new VaultMark(generation, file, front)
            : null;
    }

    // INVARIANT: a mark of before fronts were written pins its very file, and no front: no other file follows on it.
    private static bool TryFront(string[] rest, out Digest front)
    {
        front = default;
        return rest is not [var digits] || Digest.TryParse(digits, out front);
    }
}
