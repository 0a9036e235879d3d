using System.Globalization;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// What one daemon and its sessions hold of this host, each thing by its own id: processes by id and start, mounts by mount
/// id, namespaces and sockets by inode, files by path, cgroups by path. What others on the host do is not in it.
/// </summary>
internal sealed record HostSnapshot(IReadOnlySet<string> Things)
{
    /// <summary>Takes one.</summary>
    /// <param name="daemon">The daemon's process.</param>
    /// <param name="root">The folder that all of the test's files are in; its name is in every command line and mount.</param>
    /// <param name="sessions">The sessions whose cgroups are looked for.</param>
    public static HostSnapshot Take(int daemon, string root, IReadOnlyCollection<string> sessions)
    {
        var things = new HashSet<string>(StringComparer.Ordinal);
        foreach (var process in Descendants(daemon).Concat(Scene.Processes(root)).Distinct().Where(p => p != daemon))
        {
            things.Add($"process {process} {Scene.CommandLine(process)}");
        }

        foreach (var line in Lines("/proc/self/mountinfo").Concat(Lines($"/proc/{daemon}/mountinfo")))
        {
            if (line.Contains(root, StringComparison.Ordinal))
            {
                things.Add($"mount {line}");
            }
        }

        foreach (var file in Entries($"/proc/{daemon}/fd"))
        {
            // The runtime opens its own assemblies when they are first needed, and keeps them.
            if (Link(file) is { } target && !target.EndsWith(".dll", StringComparison.Ordinal))
            {
                var kind =
                    target.StartsWith("socket:", StringComparison.Ordinal) ? "socket"
                    : target.Contains(":[", StringComparison.Ordinal) && !target.StartsWith('/') ? "namespace or pipe"
                    : "open file";
                things.Add($"{kind} {target}");
            }
        }

        foreach (var name in (string[])["tmp", "state/sessions", "state/sandboxes"])
        {
            foreach (var file in Entries(Path.Combine(root, name)))
            {
                things.Add($"file {file}");
            }
        }

        foreach (var line in Lines("/proc/net/unix").Where(l => l.Contains(root, StringComparison.Ordinal)))
        {
            things.Add($"unix socket {line[line.IndexOf('/', StringComparison.Ordinal)..]}");
        }

        foreach (var group in Groups("/sys/fs/cgroup", depth: 4))
        {
            if (sessions.Any(s => group.Contains(s, StringComparison.Ordinal)))
            {
                things.Add($"cgroup {group}");
            }
        }

        return new HostSnapshot(things);
    }

    /// <summary>What is here and was not before.</summary>
    public IReadOnlyList<string> Beyond(HostSnapshot before) =>
        [.. Things.Where(t => !before.Things.Contains(t)).Order(StringComparer.Ordinal)];

    private static List<int> Descendants(int parent)
    {
        var found = new List<int>();
        var waiting = new Queue<int>([parent]);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var task in Entries($"/proc/{next}/task"))
            {
                foreach (var line in Lines(Path.Combine(task, "children")))
                {
                    foreach (var child in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        var id = int.Parse(child, CultureInfo.InvariantCulture);
                        found.Add(id);
                        waiting.Enqueue(id);
                    }
                }
            }
        }

        return found;
    }

    private static IEnumerable<string> Groups(string folder, int depth) =>
        depth == 0 ? [] : Folders(folder).SelectMany(f => Groups(f, depth - 1).Prepend(f));

    private static string[] Folders(string path) => Try(() => Directory.GetDirectories(path)) ?? [];

    private static string[] Entries(string path) => Try(() => Directory.GetFileSystemEntries(path)) ?? [];

    private static string[] Lines(string path) => Try(() => File.ReadAllLines(path)) ?? [];

    private static string? Link(string path) => Try(() => new FileInfo(path).LinkTarget);

    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
