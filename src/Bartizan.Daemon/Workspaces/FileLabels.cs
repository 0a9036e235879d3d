using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Workspaces;

/// <summary>
/// Which files carry labels: what a session that had read untrusted or private content wrote is read by the next one as that content.
/// By their real paths on the host, for all agents of this instance, in one file of the state directory. What can't be read of it counts
/// as every label on every file.
/// </summary>
internal sealed class FileLabels
{
    /// <summary>Files that are told apart; with more, the folder that the next ones stand in carries their labels.</summary>
    public const int MaxFiles = 100_000;

    /// <summary>All there are: of what isn't known.</summary>
    public const Labels All = Labels.Untrusted | Labels.Private | Labels.Secret;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly SortedDictionary<string, Labels> _files = new(StringComparer.Ordinal);
    private readonly bool _isUnknown;

    /// <summary>Reads what is kept in a state directory.</summary>
    public FileLabels(string home)
    {
        _path = Path.Combine(home, "labels.json");
        try
        {
            var kept = File.Exists(_path)
                ? JsonSerializer.Deserialize<Dictionary<string, Labels>>(File.ReadAllBytes(_path))!
                : [];
            foreach (var (path, labels) in kept)
            {
                _files[path] = labels;
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            _isUnknown = true;
        }
    }

    /// <summary>The labels of a file, or of what it stands in.</summary>
    public Labels Of(string path)
    {
        lock (_lock)
        {
            if (_isUnknown)
            {
                return All;
            }

            var found = Labels.None;
            for (var at = path; !string.IsNullOrEmpty(at) && _files.Count > 0; at = Path.GetDirectoryName(at))
            {
                found |= _files.GetValueOrDefault(at);
            }

            return found;
        }
    }

    /// <summary>The labels of a file or folder, and of everything in it.</summary>
    public Labels Below(string folder)
    {
        var found = Of(folder);
        foreach (var (_, labels) in List(folder))
        {
            found |= labels;
        }

        return found;
    }

    /// <summary>The labelled files at or below a path.</summary>
    public IReadOnlyList<KeyValuePair<string, Labels>> List(string folder)
    {
        lock (_lock)
        {
            return [.. _files.Where(file => IsAtOrBelow(file.Key, folder))];
        }
    }

    /// <summary>Puts labels on files. INVARIANT: when it returns they are kept; nobody writes the files before.</summary>
    /// <exception cref="IOException">When they can't be kept.</exception>
    public void Add(IEnumerable<string> paths, Labels labels)
    {
        lock (_lock)
        {
            RequireKnown();
            if (labels == Labels.None)
            {
                return;
            }

            foreach (var path in paths)
            {
                var at =
                    _files.ContainsKey(path) || _files.Count < MaxFiles ? path : Path.GetDirectoryName(path) ?? path;
                _files[at] = _files.GetValueOrDefault(at) | labels;
            }

            Keep();
        }
    }

    /// <summary>Takes the labels off a file, or off a folder with all that is in it; returns those that had some.</summary>
    /// <exception cref="IOException">When that can't be kept.</exception>
    public IReadOnlyList<KeyValuePair<string, Labels>> Clear(string folder)
    {
        lock (_lock)
        {
            RequireKnown();
            var cleared = List(folder);
            foreach (var (path, _) in cleared)
            {
                _files.Remove(path);
            }

            if (cleared.Count > 0)
            {
                Keep();
            }

            return cleared;
        }
    }

    private static bool IsAtOrBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length || folder.EndsWith('/') || path[folder.Length] == '/');

    // What is written over what couldn't be read would forget it.
    private void RequireKnown()
    {
        if (_isUnknown)
        {
            throw new IOException(
                $"`{_path}` can't be read: until it is mended or deleted every file counts as labelled"
            );
        }
    }

    private void Keep()
    {
        var next = _path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            JsonSerializer.Serialize(file, _files);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }
}
