namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>What every plan must hold before anything is made of it.</summary>
internal static class PlanRules
{
    /// <summary>Directories of the base that no mount may replace or reach into.</summary>
    private static readonly string[] Reserved = ["/proc", "/dev", SandboxPaths.Helper];

    /// <summary>The plan's mounts in the order they are made: outer before inner.</summary>
    /// <exception cref="SandboxUnavailableException">The plan breaks a rule.</exception>
    public static IReadOnlyList<Mount> Ordered(SandboxPlan plan)
    {
        if (plan.Command.IsDefaultOrEmpty || !IsCanonical(plan.Command[0]))
        {
            throw Broken("the command must start with the absolute path of a program inside");
        }

        if (!IsCanonical(plan.WorkingDirectory))
        {
            throw Broken($"the working directory `{plan.WorkingDirectory}` is no canonical absolute path");
        }

        foreach (var text in plan.Command.Concat(plan.Variables.Keys).Concat(plan.Variables.Values))
        {
            if (text.Contains('\0'))
            {
                throw Broken("a command line or a variable holds a NUL character");
            }
        }

        foreach (var name in plan.Variables.Keys)
        {
            if (name.Length == 0 || name.Contains('='))
            {
                throw Broken($"`{name}` can't be the name of a variable");
            }
        }

        if (ServedPorts.Problem(plan) is { } problem)
        {
            throw Broken(problem);
        }

        var ordered = plan.Mounts.OrderBy(static mount => mount.InsidePath, StringComparer.Ordinal).ToList();
        foreach (var mount in ordered)
        {
            CheckPlace(mount, ordered);
        }

        return ordered;
    }

    private static void CheckPlace(Mount mount, List<Mount> all)
    {
        var path = mount.InsidePath;
        if (!IsCanonical(path) || path == "/")
        {
            throw Broken($"`{path}` can't be mounted on: it is no canonical absolute path below `/`");
        }

        if (Reserved.Any(reserved => path == reserved || IsBelow(path, reserved)))
        {
            throw Broken($"`{path}` can't be mounted on: it belongs to the sandbox itself");
        }

        if (mount.LinkTarget.Contains('\0') || (mount.Kind == MountKind.Symlink && mount.LinkTarget.Length == 0))
        {
            throw Broken($"the symbolic link `{path}` has no valid target");
        }

        foreach (var other in all)
        {
            if (!ReferenceEquals(other, mount) && other.InsidePath == path)
            {
                throw Broken($"`{path}` is mounted on twice");
            }

            // CVE-2026-87766: bubblewrap before 0.12 follows symbolic links that the agent planted in a writable bind when it
            // makes a mount point below it, out to the host. INVARIANT: no destination below an agent-writable bind.
            if (other.Kind == MountKind.WritableBind && IsBelow(path, other.InsidePath))
            {
                throw Broken(
                    $"`{path}` can't be mounted on: it lies below `{other.InsidePath}`, which the agent can write (CVE-2026-87766)"
                );
            }

            if (
                other.Kind is MountKind.File or MountKind.WritableFile or MountKind.Symlink
                && IsBelow(path, other.InsidePath)
            )
            {
                throw Broken($"`{path}` can't be mounted on: `{other.InsidePath}` is no directory");
            }
        }
    }

    private static bool IsCanonical(string path) =>
        path.Length > 0 && path[0] == '/' && !path.Contains('\0') && Path.GetFullPath(path) == path && !HasTail(path);

    private static bool HasTail(string path) => path.Length > 1 && path[^1] == '/';

    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length
        && path.StartsWith(directory, StringComparison.Ordinal)
        && path[directory.Length] == '/';

    private static SandboxUnavailableException Broken(string rule) => new($"The sandbox can't be built: {rule}.");
}
