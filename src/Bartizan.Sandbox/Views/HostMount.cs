using System.Collections.Immutable;
using Bartizan.Sandbox.Native;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// A host path that a manifest mounts beside the workspace. A read-only mount keeps the agent from writing files, but not from
/// talking: the kernel lets it connect to a socket, and write to a FIFO, that it can name (Landlock has no rule for either).
/// So nothing is mounted that is, or holds, one; nor what is Bartizan's own or the kernel's.
/// </summary>
public static class HostMount
{
    private static readonly string[] Kernel = ["/proc", "/sys", "/dev", "/run", "/var/run"];

    /// <summary>The mount for <paramref name="path"/>, with its links followed.</summary>
    /// <param name="path">The path as the manifest names it; it has the same name inside.</param>
    /// <param name="never">Folders that no mount may contain or lie in: the state directory.</param>
    /// <param name="limits">How much is looked through; what holds more is refused.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="ViewException">It can't be mounted; the message says why.</exception>
    public static Mount Open(
        string path,
        ImmutableArray<string> never,
        ViewLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (HostPaths.Resolve(path) is not { Real: var real })
        {
            throw Refused(path, "there is nothing at that path");
        }

        if (real == "/" || Kernel.Any(kernel => HostPaths.IsAtOrBelow(real, kernel)))
        {
            throw Refused(path, "it holds the host's own processes, devices or sockets");
        }

        foreach (var folder in never)
        {
            var own = HostPaths.Resolve(folder)?.Real ?? folder;
            if (HostPaths.IsAtOrBelow(real, own) || HostPaths.IsAtOrBelow(own, real))
            {
                throw Refused(path, "it holds Bartizan's own state, or lies in it");
            }
        }

        try
        {
            RequireFilesOnly(path, real, limits, cancellationToken);
        }
        catch (IOException e)
        {
            throw new ViewException($"`{path}` can't be mounted: it can't be looked through: {e.Message}", e);
        }

        return Mount.ReadOnly(real, path, "manifest");
    }

    private static void RequireFilesOnly(
        string path,
        string real,
        ViewLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var parent = FileCalls.OpenRoot(Path.GetDirectoryName(real)!);
        var kind = FileCalls.Stat(parent, Path.GetFileName(real))?.Kind;
        if (kind == NodeKind.File)
        {
            return;
        }

        if (kind != NodeKind.Directory)
        {
            throw Refused(path, "it is a socket, a FIFO or a device: a way to whoever serves it on the host");
        }

        using var root = FileCalls.OpenRoot(real);
        var walk = new TreeWalk(root, limits);
        foreach (var node in walk.Walk(cancellationToken))
        {
            if (node.Problem is { } problem)
            {
                throw Refused(path, $"`{Visible.Text(node.Path)}` in it can't be looked at: it {problem}");
            }

            if (node.Stat?.Kind == NodeKind.Special)
            {
                throw Refused(
                    path,
                    $"`{Visible.Text(node.Path)}` in it is a socket, a FIFO or a device: a way to whoever serves it on the host"
                );
            }
        }

        if (walk.Exceeded)
        {
            throw Refused(path, $"it holds more than {limits.Entries} files, too many to look through for sockets");
        }
    }

    private static ViewException Refused(string path, string why) =>
        new($"`{path}` can't be mounted: {why}; name a folder that holds only what the agent needs");
}
