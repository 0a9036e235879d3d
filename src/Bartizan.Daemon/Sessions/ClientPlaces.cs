using System.Collections.Immutable;
using Bartizan.Core.Shell;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Sessions;

/// <summary>What a shell of an agent's client would find. Programs are the host's: the sandbox shows those very directories.</summary>
internal static class ClientPlaces
{
    private static readonly ImmutableArray<string> s_programs =
    [
        "/usr/local/sbin",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
    ];

    /// <summary>Inside a sandbox.</summary>
    public static ShellPlaces Inside { get; } =
        new()
        {
            Workspace = SandboxPaths.Workspace,
            Home = SandboxPaths.Home,
            FindProgram = Find,
        };

    /// <summary>Inside the sandbox of a workspace, whose path on the host is a link to it there.</summary>
    public static ShellPlaces InsideOf(string workspace)
    {
        var alias = ShellPlaces.Fold(workspace);
        return Inside with
        {
            FindNames = path =>
            {
                var folded = ShellPlaces.Fold(path);
                var below = folded == alias || folded.StartsWith(alias + "/", StringComparison.Ordinal);
                return
                [
                    Inside.Anchor(below && alias != "/" ? SandboxPaths.Workspace + folded[alias.Length..] : folded),
                ];
            },
        };
    }

    /// <summary>On this host, in a workspace: of an agent that is only attached.</summary>
    public static ShellPlaces In(string workspace) =>
        new()
        {
            Workspace = workspace,
            Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
                ? home
                : null,
            FindProgram = Find,
        };

    private static ImmutableArray<string> Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            var file = s_programs
                .Select(folder => new FileInfo(Path.Combine(folder, name)))
                .FirstOrDefault(candidate => candidate.Exists);
            return file is null ? []
                : file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? [file.FullName, target.FullName]
                : [file.FullName];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
