using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>
/// Holds the view of a workspace to the instructions that a person has seen: another or a new one isn't in it. INVARIANT: what was
/// judged is what is in the view; a file that is swapped while it is staged ends the run.
/// </summary>
internal sealed class WorkspacePins(string workspace, ImmutableSortedDictionary<string, Digest>? seen)
{
    private const string Anchor = "workspace/";
    private readonly ConcurrentDictionary<string, bool> _leftOut = new(StringComparer.Ordinal);

    /// <summary>What isn't in the view because nobody has seen it as it is.</summary>
    public IReadOnlyList<string> LeftOut => [.. _leftOut.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A refusal, or null where it has nothing to say.</summary>
    public Decision? Judge(FileTarget target)
    {
        if (seen is null)
        {
            return null;
        }

        foreach (var name in target.Names.Where(n => n.StartsWith(Anchor, StringComparison.Ordinal)))
        {
            var path = name[Anchor.Length..];
            if (!InstructionFiles.Holds(path) || IsFolder(path) || IsSeen(workspace, path))
            {
                continue;
            }

            _leftOut[path] = true;
            return Decision.Deny("instructs agents, and nobody has seen it as it is: `bartizan pin --workspace`");
        }

        return null;
    }

    /// <summary>An instruction in a staged tree that isn't what was judged; null for none.</summary>
    public string? FindSwapped(string tree) =>
        seen is null ? null : WorkspaceFiles.Read(tree).Keys.FirstOrDefault(path => !IsSeen(tree, path));

    private bool IsFolder(string path)
    {
        var about = new DirectoryInfo(Path.Combine(workspace, path));
        return about.Exists && about.LinkTarget is null;
    }

    private bool IsSeen(string root, string path) =>
        seen!.TryGetValue(path, out var digest) && WorkspaceFiles.DigestOf(Path.Combine(root, path)) == digest;
}
