namespace Bartizan.Sandbox.Programs;

/// <summary>Follows a path of the person's own machine component by component, and tells which links it went through.</summary>
internal static class HostPaths
{
    /// <summary>What the kernel follows before it answers ELOOP.</summary>
    private const int MaxLinks = 40;

    private static readonly string[] SystemRoots =
    [
        "/usr",
        "/etc/alternatives",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
    ];

    /// <summary>True for what every sandbox shows by itself.</summary>
    public static bool IsSystem(string path) => SystemRoots.Any(r => path == r || IsBelow(path, r));

    public static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/';

    public static bool IsAtOrBelow(string path, string folder) => path == folder || IsBelow(path, folder);

    /// <summary>The real path behind <paramref name="path"/>, and each link on the way: where it really stands and its text.</summary>
    public static (string Real, List<(string Path, string Target)> Links)? Resolve(string path)
    {
        var links = new List<(string, string)>();
        var pending = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "";
        while (pending.TryPop(out var segment))
        {
            if (segment is ".")
            {
                continue;
            }

            if (segment == "..")
            {
                real = real.LastIndexOf('/') is var i and > 0 ? real[..i] : "";
                continue;
            }

            var next = $"{real}/{segment}";
            if (LinkTarget(next) is not { } target)
            {
                real = next;
                continue;
            }

            links.Add((next, target));
            if (links.Count > MaxLinks)
            {
                return null;
            }

            real = target.StartsWith('/') ? "" : real;
            foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                pending.Push(part);
            }
        }

        real = real.Length == 0 ? "/" : real;
        return Path.Exists(real) ? (real, links) : null;
    }

    private static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;
}
