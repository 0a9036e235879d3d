namespace Bartizan.Sandbox.ControlGroups;

/// <summary>One mounted cgroup hierarchy, as this process stands in it.</summary>
/// <param name="Controllers">Its v1 controllers; empty for v2.</param>
/// <param name="OwnDirectory">The directory of the cgroup this process is in.</param>
internal sealed record CgroupMount(IReadOnlySet<string> Controllers, string OwnDirectory)
{
    private const string Mountinfo = "/proc/self/mountinfo";
    private const string Own = "/proc/self/cgroup";

    /// <summary>True for cgroup v2.</summary>
    public bool Unified => Controllers.Count == 0;

    /// <summary>Every hierarchy that is mounted here.</summary>
    public static IReadOnlyList<CgroupMount> ReadAll() =>
        File.Exists(Own) ? Parse(File.ReadAllLines(Mountinfo), File.ReadAllLines(Own)) : [];

    /// <summary>Reads mountinfo(5) and cgroup(7) lines.</summary>
    internal static IReadOnlyList<CgroupMount> Parse(string[] mountinfo, string[] own)
    {
        var found = new List<CgroupMount>();
        foreach (var line in mountinfo)
        {
            var halves = line.Split(" - ", 2);
            var (left, right) = (halves[0].Split(' '), halves[1].Split(' '));
            var (root, mountPoint) = (left[3], left[4]);
            IReadOnlySet<string> names = right[2].Split(',').ToHashSet(StringComparer.Ordinal);
            if (right[0] == "cgroup2" && OwnPath(own, static controllers => controllers.Length == 0) is { } unified)
            {
                found.Add(new CgroupMount(new HashSet<string>(), Below(mountPoint, root, unified)));
            }
            else if (
                right[0] == "cgroup"
                && OwnPath(own, controllers => controllers.Split(',').All(names.Contains)) is { } path
            )
            {
                found.Add(new CgroupMount(names, Below(mountPoint, root, path)));
            }
        }

        return found;
    }

    private static string? OwnPath(string[] own, Func<string, bool> isOf)
    {
        foreach (var line in own)
        {
            var words = line.Split(':', 3);
            if (isOf(words[1]))
            {
                return words[2];
            }
        }

        return null;
    }

    // In a container the mount can show a part of the hierarchy only; what lies outside of it falls back to its top.
    private static string Below(string mountPoint, string root, string path)
    {
        var relative =
            root == "/" ? path
            : path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..]
            : "";
        var directory = mountPoint + relative.TrimEnd('/');
        return Directory.Exists(directory) ? directory : mountPoint;
    }
}
