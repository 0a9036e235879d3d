using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// The directories that a command may run in, as absolute paths: one when each <c>cd</c> before it surely worked, several when
/// one may have failed, unknown after a <c>cd</c> to nowhere certain. None: the command is never reached.
/// </summary>
public sealed record ShellDirectories
{
    /// <summary>More than this and the directory is taken for unknown: each path of a command is judged in each of them.</summary>
    public const int MaxDirectories = 8;

    private ShellDirectories(ImmutableArray<string> paths, bool isUnknown) => (Paths, IsUnknown) = (paths, isUnknown);

    /// <summary>Nobody can tell.</summary>
    public static ShellDirectories Unknown { get; } = new([], true);

    /// <summary>A command in such a place doesn't run.</summary>
    public static ShellDirectories Unreached { get; } = new([], false);

    /// <summary>The absolute paths; empty when unknown.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>True when nobody can tell.</summary>
    public bool IsUnknown { get; }

    /// <summary>One known directory.</summary>
    public static ShellDirectories Of(string path) => path.StartsWith('/') ? new([path], false) : Unknown;

    /// <summary>These or those.</summary>
    public ShellDirectories Or(ShellDirectories other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsUnknown || other.IsUnknown)
        {
            return Unknown;
        }

        ImmutableArray<string> paths = [.. Paths.Union(other.Paths, StringComparer.Ordinal)];
        return paths.Length > MaxDirectories ? Unknown : new(paths, false);
    }

    /// <summary>Where a <c>cd</c> to this word leads from here.</summary>
    public ShellDirectories Enter(string word)
    {
        if (word.StartsWith('/'))
        {
            return Of(ShellPlaces.Fold(word));
        }

        // `-` and an empty word lead where only the shell knows. The shells fold `..` without looking at links.
        return IsUnknown || word is "" or "-"
            ? Unknown
            : new([.. Paths.Select(p => ShellPlaces.Fold(Join(p, word)))], false);
    }

    /// <summary>True when the other has the same paths.</summary>
    public bool Equals(ShellDirectories? other) =>
        other is not null && IsUnknown == other.IsUnknown && Paths.SequenceEqual(other.Paths, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsUnknown, Paths.Length);

    /// <summary>Two paths as one. <c>..</c> stays as it is: only who knows the links can resolve it.</summary>
    internal static string Join(string directory, string path) =>
        path.StartsWith('/') ? path
        : directory.EndsWith('/') ? directory + path
        : $"{directory}/{path}";
}
