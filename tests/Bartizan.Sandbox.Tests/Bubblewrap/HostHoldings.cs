namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>What this process holds on the host, by inode and id, so that what stays behind is seen.</summary>
internal static class HostHoldings
{
    /// <summary>Everything that a sandbox of this process could leave.</summary>
    public static IReadOnlySet<string> Read(IReadOnlyCollection<string> sessions)
    {
        var found = new HashSet<string>();
        foreach (var descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // Assemblies are loaded by the runtime when it likes, and /proc is this look itself.
            if (
                new FileInfo(descriptor).LinkTarget is { } target
                && !target.StartsWith("/proc/", StringComparison.Ordinal)
                && !target.EndsWith(".dll", StringComparison.Ordinal)
            )
            {
                found.Add("descriptor of " + target);
            }
        }

        foreach (var line in File.ReadAllLines("/proc/self/mountinfo"))
        {
            found.Add("mount " + string.Join(' ', line.Split(' ')[2..5]));
        }

        foreach (var child in Children())
        {
            found.Add("process " + child);
        }

        foreach (var session in sessions)
        {
            foreach (var group in Directory.EnumerateDirectories("/sys/fs/cgroup", $"bartizan-{session}", Deep))
            {
                found.Add("cgroup " + group);
            }
        }

        const string users = "/run/bartizan/users";
        foreach (var file in Directory.Exists(users) ? Directory.EnumerateFiles(users) : [])
        {
            if (sessions.Any(session => ReadText(file).Contains(session, StringComparison.Ordinal)))
            {
                found.Add("host user " + file);
            }
        }

        return found;
    }

    private static readonly EnumerationOptions Deep = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private static IEnumerable<string> Children()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            var name = Path.GetFileName(directory);
            if (char.IsAsciiDigit(name[0]) && ParentOf(directory) == Environment.ProcessId.ToString())
            {
                yield return name;
            }
        }
    }

    private static string? ParentOf(string directory)
    {
        try
        {
            var stat = File.ReadAllText(directory + "/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Not by File.ReadAllText, whose share lock the holder's own lock refuses.
    private static string ReadText(string file)
    {
        try
        {
            using var descriptor = Bartizan.Sandbox.Native.Descriptor.Open(file, Bartizan.Sandbox.Native.Libc.O_RDONLY);
            return descriptor.ReadText(64);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
