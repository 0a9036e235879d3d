using System.Globalization;

namespace Bartizan.Sandbox.Native;

/// <summary>What /proc says from outside about the processes of a sandbox.</summary>
internal static class ProcessFamily
{
    /// <summary>A stop that keeps finding new processes for this many rounds gives up; the rest was stopped.</summary>
    private const int MostRounds = 32;

    /// <summary>Namespaces every sandbox must have of its own.</summary>
    public static IReadOnlyList<string> RequiredNamespaces { get; } =
    ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];

    /// <summary>The parent of a process.</summary>
    public static int ParentOf(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");

        // The name stands in parentheses and may hold anything; state and parent follow the last one.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(fields[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The namespaces of a process that are not ours.</summary>
    public static IReadOnlyList<string> SeparateNamespaces(int process) =>
        [
            .. RequiredNamespaces.Where(name =>
                NamespaceOf(process.ToString(CultureInfo.InvariantCulture), name) is { } its
                && its != NamespaceOf("self", name)
            ),
        ];

    /// <summary>SIGSTOP to every process of the PID namespace that <paramref name="member"/> is in.</summary>
    public static void StopAll(int member)
    {
        var stopped = new HashSet<int>();
        for (var round = 0; round < MostRounds; round++)
        {
            var found = MembersOf(member).Where(stopped.Add).ToList();
            if (found.Count == 0)
            {
                return;
            }

            found.ForEach(static process => _ = Libc.kill(process, Libc.SIGSTOP));
        }
    }

    /// <summary>SIGCONT to all of them.</summary>
    public static void ContinueAll(int member)
    {
        foreach (var process in MembersOf(member))
        {
            _ = Libc.kill(process, Libc.SIGCONT);
        }
    }

    private static IEnumerable<int> MembersOf(int member)
    {
        if (NamespaceOf(member.ToString(CultureInfo.InvariantCulture), "pid") is not { } wanted)
        {
            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            var name = Path.GetFileName(directory);
            if (int.TryParse(name, CultureInfo.InvariantCulture, out var process) && NamespaceOf(name, "pid") == wanted)
            {
                yield return process;
            }
        }
    }

    private static string? NamespaceOf(string process, string name)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/{name}").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
