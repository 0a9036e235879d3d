using System.Globalization;
using System.Text;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest and the baselines it extends.</summary>
public static class ManifestLoader
{
    /// <summary>The longest chain of baselines; nobody can review more.</summary>
    public const int MaxBaselines = 8;

    /// <summary>
    /// Reads <paramref name="text"/>. <paramref name="open"/> is asked for each <c>extends</c>, as written and resolved
    /// against the file that names it; it returns null when there is no such file. Every error is reported, in the order of
    /// the files. With <paramref name="today"/> given, grants that have lapsed are warned of.
    /// </summary>
    public static ManifestLoad Load(string text, string file, Func<string, string?> open, DateOnly? today = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(open);
        return new ManifestAssembly(open, today).Load(text, file);
    }

    /// <summary>Reads the bytes of a manifest's file; what is not UTF-8 is an error with its position.</summary>
    public static ManifestLoad Load(
        ReadOnlySpan<byte> utf8,
        string file,
        Func<string, string?> open,
        DateOnly? today = null
    )
    {
        // More bytes than the characters allowed times the longest character can't be a manifest: nothing is decoded then.
        const int LongestCharacter = 3;
        var bounded = utf8[..Math.Min(utf8.Length, (SourceTree.MaxCharacters * LongestCharacter) + 1)];
        return Load(Encoding.UTF8.GetString(bounded), file, open, today);
    }

    /// <summary>The load as lines for people: <c>file:line:column: message. Hint</c>.</summary>
    public static string Describe(ManifestError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{error.Position}: {error.Message}{(error.Hint.Length > 0 ? ". " + error.Hint : "")}"
        );
    }
}
