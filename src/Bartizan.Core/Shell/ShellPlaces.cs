using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// What a shell would find: the caller's knowledge of programs, links and the home directory, since Core reads no disk. The
/// functions must be quick and answer the same while a script is judged.
/// </summary>
public sealed record ShellPlaces
{
    /// <summary>The workspace, absolute; paths below it are named <c>workspace/…</c>.</summary>
    public string Workspace { get; init; } = "/workspace";

    /// <summary>What <c>~</c> stands for; paths below it are named <c>home/…</c>. Null when unknown.</summary>
    public string? Home { get; init; }

    /// <summary>The directory of temporary files; paths below it are named <c>tmp/…</c>.</summary>
    public string Temporary { get; init; } = "/tmp";

    /// <summary>
    /// The absolute paths of a program by its bare name, as it is found in the directories that hold programs and can't be
    /// written to: the file found, then what it links to. Empty when there is none.
    /// </summary>
    public required Func<string, ImmutableArray<string>> FindProgram { get; init; }

    /// <summary>
    /// The canonical names of an absolute path that may hold <c>..</c>: the link's and its target's, anchored where they lie
    /// below an anchor. Empty when nobody can tell. Without it names are folded as they are written: no link is seen.
    /// </summary>
    public Func<string, ImmutableArray<string>>? FindNames { get; init; }

    /// <summary>The names of an absolute path.</summary>
    public ImmutableArray<string> NamesOf(string path) => FindNames is { } find ? find(path) : [Anchor(Fold(path))];

    /// <summary>An absolute path without <c>.</c>, <c>..</c>, <c>//</c> and a last slash, as it is written.</summary>
    public static string Fold(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var kept = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (segment is not ("." or ".."))
            {
                kept.Add(segment);
            }
        }

        return "/" + string.Join('/', kept);
    }

    /// <summary>A folded absolute path by its anchor, when it lies below one.</summary>
    public string Anchor(string path) =>
        Below(path, Workspace, "workspace") ?? Below(path, Home, "home") ?? Below(path, Temporary, "tmp") ?? path;

    private static string? Below(string path, string? folder, string anchor) =>
        folder is null ? null
        : path == folder ? anchor
        : path.StartsWith(folder + "/", StringComparison.Ordinal) ? anchor + path[folder.Length..]
        : null;
}
