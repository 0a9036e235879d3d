using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>One thing that a scanner found in an image.</summary>
/// <param name="Name">Its name: <c>CVE-2026-1234</c>.</param>
/// <param name="Aliases">Other names of the same.</param>
/// <param name="Severity">How bad it is; critical when nobody has rated it.</param>
/// <param name="Where">The package, or where it lies; may be empty.</param>
public sealed record ImageFinding(
    string Name,
    ImmutableArray<string> Aliases,
    VulnerabilitySeverity Severity,
    string Where
)
{
    private const int MaxText = 128;

    /// <summary>What can be printed of a text of a scanner's file; the file may be anybody's.</summary>
    internal static string Shown(string? text) =>
        new([.. (text ?? "").Take(MaxText).Select(c => c is > ' ' and <= '~' ? c : '?')]);

    // The name that it bears, or all that it is known by elsewhere: one of two bugs that share an entry may not hide the other.
    internal bool IsNamed(Func<string, bool> among) => among(Name) || (!Aliases.IsEmpty && Aliases.All(among));
}
