using Bartizan.Log.Disks;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Files that are published in groups: each is written under a name of its own and only then given its place. Who sees a
/// tile sees it whole. None is synced here: while a segment holds the entries, <see cref="Integrator"/> lays out again what a
/// power failure took, and before a segment goes <see cref="TileSync"/> syncs what stands for it.
/// </summary>
internal sealed class TileFiles
{
    /// <summary>Files that wait for their place at most: a directory of a few is quick to clear after a crash.</summary>
    public const int MaxGroup = 64;

    private const string NewFolder = ".new";
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    private readonly string _directory;
    private readonly string _new;
    private readonly ILogDisk _disk;
    private readonly List<(string From, string To)> _group = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _retired = [];
    private long _named;

    public TileFiles(string directory, ILogDisk disk)
    {
        _directory = directory;
        _disk = disk;
        _new = Path.Combine(directory, TilePath.Folder, NewFolder);
        Discard();
        Directory.CreateDirectory(_new, DirectoryMode);
    }

    /// <summary>Writes a file that is published with its group.</summary>
    public void Add(string relativePath, ReadOnlySpan<byte> content)
    {
        var from = Path.Combine(_new, (_named++).ToString(System.Globalization.CultureInfo.InvariantCulture));
        using (var file = File.OpenHandle(from, System.IO.FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            File.SetUnixFileMode(file, FileMode);
            _disk.Write(file, content, 0);
        }

        _group.Add((from, Path.Combine(_directory, relativePath)));
        if (_group.Count == MaxGroup)
        {
            Publish();
        }
    }

    /// <summary>Takes a folder of partial tiles away, once the full tile in its place is published.</summary>
    public void Retire(string relativePath) => _retired.Add(Path.Combine(_directory, relativePath));

    /// <summary>Gives what was added its place.</summary>
    public void Publish()
    {
        foreach (var (from, to) in _group)
        {
            var folder = Path.GetDirectoryName(to)!;
            if (_known.Add(folder))
            {
                Directory.CreateDirectory(folder, DirectoryMode);
            }

            File.Move(from, to, overwrite: true);
        }

        _group.Clear();
        foreach (var folder in _retired.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
            _known.Remove(folder);
        }

        _retired.Clear();
    }

    /// <summary>Forgets what was not published.</summary>
    public void Discard()
    {
        _group.Clear();
        _retired.Clear();
        _known.Clear();
        if (Directory.Exists(_new))
        {
            foreach (var left in Directory.GetFiles(_new))
            {
                File.Delete(left);
            }
        }
    }
}
