using System.Diagnostics;
using System.Globalization;

namespace Bartizan.EndToEnd.Tests.Walk;

/// <summary>
/// Everything that a sandbox holds while it lives, read from outside: the memory of each of its processes, their variables and command
/// lines, and every file that they can write. What can't be read is an error, not a gap.
/// </summary>
internal static class AgentRemains
{
    /// <summary>The kernel's own pages, which no program reads through this file.</summary>
    private static readonly string[] _kernels = ["[vvar]", "[vvar_vclock]", "[vsyscall]"];

    private static readonly string[] _kernelTrees =
    [
        "proc",
        "sys",
        "dev",
        "usr",
        "bin",
        "sbin",
        "lib",
        "lib64",
        "lib32",
        "libx32",
    ];

    /// <summary>The processes of the sandbox that <paramref name="one"/> lives in.</summary>
    public static IReadOnlyList<int> ProcessesBeside(int one)
    {
        var space = Space(one);
        return
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0 && Space(id) == space),
        ];
    }

    /// <summary>All that can be read of some processes, each with its place's name.</summary>
    public static IEnumerable<Remain> MemoryOf(IReadOnlyList<int> processes)
    {
        var files = new HashSet<string>();
        foreach (var id in processes)
        {
            var name = File.ReadAllText($"/proc/{id}/comm").Trim();
            yield return new Remain($"{name}: variables", File.ReadAllBytes($"/proc/{id}/environ"), false);
            yield return new Remain($"{name}: command line", File.ReadAllBytes($"/proc/{id}/cmdline"), false);
            using var memory = new FileStream($"/proc/{id}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            foreach (var map in File.ReadAllLines($"/proc/{id}/maps"))
            {
                var columns = map.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
                var path = columns.Length > 5 ? columns[5] : "";
                // A library's pages that nobody can write are the same in all of them.
                var same = columns[1][1] != 'w' && path.StartsWith('/');
                if (columns[1][0] != 'r' || _kernels.Contains(path) || (same && !files.Add($"{path} {columns[2]}")))
                {
                    continue;
                }

                var ends = columns[0].Split('-');
                var from = long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                var to = long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                var bytes = new byte[to - from];
                memory.Position = from;
                memory.ReadExactly(bytes);
                yield return new Remain($"{name}: memory {map}", bytes, !same);
            }
        }
    }

    /// <summary>All files that a process sees and that aren't the host's programs or the kernel's.</summary>
    public static IEnumerable<Remain> FilesSeenBy(int id)
    {
        var root = $"/proc/{id}/root";
        foreach (var top in Directory.GetFileSystemEntries(root + "/"))
        {
            if (!_kernelTrees.Contains(Path.GetFileName(top)) && new FileInfo(top).LinkTarget is null)
            {
                foreach (var one in FilesBelow(top))
                {
                    yield return one;
                }
            }
        }

        foreach (var one in FilesBelow(root + "/dev/shm"))
        {
            yield return one;
        }
    }

    /// <summary>All files below a folder, or the one file. Sockets and FIFOs hold nothing that isn't in a process.</summary>
    public static IEnumerable<Remain> FilesBelow(string place)
    {
        var start = new ProcessStartInfo("find", [place, "-type", "f", "-print0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var find = Process.Start(start)!;
        var files = find.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        find.WaitForExit();
        find.ExitCode.ShouldBe(0, place);
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            yield return new Remain(file, bytes.ToArray(), true);
        }
    }

    private static string? Space(int id)
    {
        try
        {
            return new FileInfo($"/proc/{id}/ns/pid").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
