namespace Bartizan.Sandbox.Views;

/// <summary>
/// Files that a tool outside the sandbox runs or obeys by itself, without anybody calling them: a change to one is put to a
/// person before it is applied. Names are compared without case, since a file system may do so too.
/// </summary>
internal static class Dangers
{
    private const string Hook = "git runs it outside the sandbox";
    private const string Configuration = "git obeys it, and it can name programs to run";
    private const string Editor = "an editor may run what it says when the folder is opened";
    private const string Shell = "a shell may run it when somebody enters the folder";
    private const string Rules = "it rules what an agent may do";
    private const string Forge = "the forge runs it with its own credentials once it is pushed";
    private const string Agent = "an agent or its tools obey it outside the sandbox";

    private static readonly (string Name, string Reason)[] Files =
    [
        ("agent.yaml", Rules),
        ("agent.lock", Rules),
        (".gitlab-ci.yml", Forge),
        (".circleci/config.yml", Forge),
        (".gitmodules", Configuration),
        (".envrc", Shell),
        (".mise.toml", Shell),
        (".vscode/tasks.json", Editor),
        (".vscode/settings.json", Editor),
        (".vscode/launch.json", Editor),
        (".devcontainer/devcontainer.json", Editor),
        (".devcontainer.json", Editor),
        (".mcp.json", Agent),
        (".claude/settings.json", Agent),
        (".claude/settings.local.json", Agent),
        (".codex/config.toml", Agent),
        (".cursor/mcp.json", Agent),
        (".gemini/settings.json", Agent),
    ];

    private static readonly (string Folder, string Reason)[] Folders =
    [
        (".github/workflows", Forge),
        (".github/actions", Forge),
        (".husky", Hook),
        (".githooks", Hook),
        (".claude/hooks", Agent),
        (".idea/runConfigurations", Editor),
    ];

    /// <summary>Why this change needs a person, or null.</summary>
    public static string? Of(WorkspaceChange change)
    {
        var segments = change.Path.Split('/');
        return OfGit(segments, change) ?? OfFile(change.Path) ?? OfFolder(change.Path);
    }

    private static string? OfGit(string[] segments, WorkspaceChange change)
    {
        var git = Array.FindIndex(segments, s => Same(s, ".git"));
        if (git < 0)
        {
            return null;
        }

        if (git == segments.Length - 1)
        {
            // A new plain `.git` directory is only a place; a `.git` file or link leads git to another one.
            return change.After == NodeKind.Directory && change.Before == NodeKind.Nothing ? null : Configuration;
        }

        foreach (var segment in segments.AsSpan(git + 1))
        {
            if (Same(segment, "hooks"))
            {
                return Hook;
            }
        }

        var last = segments[^1];
        return
            Same(last, "config")
            || Same(last, "config.worktree")
            || Same(last, "commondir")
            || Same(last, "gitdir")
            || Same(last, "alternates")
            || (Same(last, "attributes") && Same(segments[^2], "info"))
            ? Configuration
            : null;
    }

    private static string? OfFile(string path)
    {
        foreach (var (name, reason) in Files)
        {
            if (Same(path, name) || path.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase))
            {
                return reason;
            }
        }

        return null;
    }

    private static string? OfFolder(string path)
    {
        foreach (var (folder, reason) in Folders)
        {
            var inside = $"/{folder}/";
            if ($"/{path}/".Contains(inside, StringComparison.OrdinalIgnoreCase))
            {
                return reason;
            }
        }

        return null;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
