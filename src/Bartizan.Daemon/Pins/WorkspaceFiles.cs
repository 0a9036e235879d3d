using System.Collections.Immutable;
using System.Security;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>The files of a workspace on this host that instruct agents.</summary>
public static class WorkspaceFiles
{
    /// <summary>The largest that is read: instructions are written by people.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>How deep folders are looked into; what lies deeper is unseen, and left out of a view that is held to pins.</summary>
    private const int MaxDepth = 32;

    private static readonly EnumerationOptions _plain = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = true,
        RecurseSubdirectories = false,
    };

    /// <summary>Their digests by their paths. Folders that are links aren't gone into, as the view doesn't.</summary>
    /// <exception cref="IOException">When there are more than a lock may hold.</exception>
    public static ImmutableSortedDictionary<string, Digest> Read(string workspace)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, Digest>(StringComparer.Ordinal);
        Walk(workspace, "", 0, found);
        return found.ToImmutable();
    }

    /// <summary>The digest of one; null when it can't be read, is no file or is too large.</summary>
    public static Digest? DigestOf(string file) => ContentOf(file) is { } content ? Digest.Of(content) : null;

    /// <summary>What stands in one that a person doesn't see.</summary>
    public static ImmutableArray<Finding> FindingsOf(string file) =>
        ContentOf(file) is { } content ? DefinitionFindings.OfHidden(System.Text.Encoding.UTF8.GetString(content)) : [];

    private static byte[]? ContentOf(string file)
    {
        try
        {
            var about = new FileInfo(file);
            var target = about.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? about;
            // A pipe has no length, and whoever opens it waits: what has none is not opened.
            return target is not { Exists: true, Length: <= MaxBytes } ? null
                : target.Length == 0 ? []
                : File.ReadAllBytes(target.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            return null;
        }
    }

    private static void Walk(
        string folder,
        string path,
        int depth,
        ImmutableSortedDictionary<string, Digest>.Builder found
    )
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", _plain))
        {
            var inside = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                if (depth < MaxDepth && entry.Name != ".git")
                {
                    Walk(entry.FullName, inside, depth + 1, found);
                }
            }
            else if (InstructionFiles.Holds(inside) && DigestOf(entry.FullName) is { } digest)
            {
                found[inside] = digest;
                if (found.Count > PinFile.MaxFiles)
                {
                    throw new IOException(
                        $"`{folder}` holds more than {PinFile.MaxFiles} files that instruct agents; leave them out of the workspace"
                    );
                }
            }
        }
    }
}
