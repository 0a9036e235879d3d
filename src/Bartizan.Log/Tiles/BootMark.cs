namespace Bartizan.Log.Tiles;

/// <summary>
/// Whether the tiles were written since this machine started: then they are all there, in its memory or on its disk, however
/// their writer ended. It needs no sync of its own: where a power failure took it, the answer is no.
/// </summary>
internal sealed class BootMark(string directory)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    private readonly string _path = Path.Combine(directory, TilePath.Folder, ".boot");

    /// <summary>Whether the mark is of this boot.</summary>
    public bool Holds() => File.Exists(_path) && Current() is { Length: > 0 } boot && File.ReadAllText(_path) == boot;

    /// <summary>Sets it: every tile is there.</summary>
    public void Set() => File.WriteAllText(_path, Current());

    /// <summary>Takes it away: tiles can be missing.</summary>
    public void Clear() => File.Delete(_path);

    private static string Current() => File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "";
}
