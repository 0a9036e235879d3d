using System.Globalization;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>What the host's own <c>/proc</c> says of the processes of a sandbox: what is inside can't change it.</summary>
internal static class HostProcesses
{
    private const int MaxAncestors = 16;

    /// <summary>The first process whose command line carries the mark; 0 when there is none.</summary>
    public static int Find(string mark) =>
        Ids()
            .FirstOrDefault(id =>
                id != Environment.ProcessId && Read(id, "cmdline").Contains(mark, StringComparison.Ordinal)
            );

    /// <summary>The processes of the PID namespace that <paramref name="id"/> is in.</summary>
    public static IReadOnlyList<int> Inside(int id)
    {
        var space = Namespace(id, "pid");
        return space.Length > 0 ? [.. Ids().Where(other => Namespace(other, "pid") == space).Order()] : [];
    }

    /// <summary>
    /// The processes of the sandbox that <paramref name="id"/> is in: its PID namespace, and the parents that set it up, as
    /// far as they are not this process.
    /// </summary>
    public static IReadOnlyList<int> OfSandbox(int id)
    {
        var all = new HashSet<int>(Inside(id)) { id };
        var parent = Parent(id);
        for (var i = 0; i < MaxAncestors && parent > 1 && parent != Environment.ProcessId; i++)
        {
            all.Add(parent);
            parent = Parent(parent);
        }

        return [.. all.Order()];
    }

    /// <summary>A line of <c>status</c>, without its name; empty when the process or the line is not there.</summary>
    public static string Status(int id, string name) =>
        Read(id, "status")
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))
            ?[(name.Length + 1)..].Trim()
        ?? "";

    /// <summary>Real, effective, saved and file-system user.</summary>
    public static IReadOnlyList<int> Users(int id) =>
        [
            .. Status(id, "Uid")
                .Split('\t', StringSplitOptions.RemoveEmptyEntries)
                .Select(text => int.Parse(text, CultureInfo.InvariantCulture)),
        ];

    /// <summary>
    /// Its session as its own PID namespace numbers it (proc(5), NSsid): 0 when the session's leader is outside, -1 when the
    /// process is gone.
    /// </summary>
    public static int SessionInside(int id) =>
        int.TryParse(
            Status(id, "NSsid").Split('\t', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(),
            CultureInfo.InvariantCulture,
            out var session
        )
            ? session
            : -1;

    /// <summary>Its controlling terminal (proc(5): the fifth field behind the name): 0 for none, -1 when it is gone.</summary>
    public static int Terminal(int id)
    {
        const int Field = 4;
        var text = Read(id, "stat");
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > Field && int.TryParse(fields[Field], CultureInfo.InvariantCulture, out var terminal)
            ? terminal
            : -1;
    }

    /// <summary>The identity of one of its namespaces; empty when it can't be read.</summary>
    public static string Namespace(int id, string kind)
    {
        try
        {
            return new FileInfo($"/proc/{id}/ns/{kind}").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>A file of its directory; empty when it is gone.</summary>
    public static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>True while it is there and not a zombie.</summary>
    public static bool IsAlive(int id) => Status(id, "State") is { Length: > 0 } state && state[0] is not ('Z' or 'X');

    private static int Parent(int id) =>
        int.TryParse(Status(id, "PPid"), CultureInfo.InvariantCulture, out var parent) ? parent : 0;

    private static IEnumerable<int> Ids() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);
}
