namespace Bartizan.Posture.Credentials;

/// <summary>The texts of a workspace and of the configuration of agents.</summary>
internal static class WorkspaceTexts
{
    /// <summary>Files of a workspace that are looked at.</summary>
    private const int MaxFiles = 50_000;

    private static readonly string[] _configurations =
    [
        ".claude.json",
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".codex/config.toml",
        ".cursor/mcp.json",
        ".gemini/settings.json",
        ".qwen/settings.json",
        ".config/opencode/opencode.json",
        ".aider.conf.yml",
        ".continue/config.json",
        ".codeium/windsurf/mcp_config.json",
    ];

    /// <summary>Every text of a folder; links aren't followed.</summary>
    public static IEnumerable<SearchedText> Of(string folder, SearchTally tally)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
            IgnoreInaccessible = true,
        };
        var repository = $"{Path.DirectorySeparatorChar}.git{Path.DirectorySeparatorChar}";
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", options))
        {
            var name = Path.GetRelativePath(folder, path);
            var inRepository = $"{Path.DirectorySeparatorChar}{name}".Contains(repository, StringComparison.Ordinal);

            // Objects are packed: they are read as history. Its configuration holds addresses, and those tokens.
            if (inRepository && Path.GetFileName(path) != "config")
            {
                continue;
            }

            if (++count > MaxFiles)
            {
                tally.SkippedFiles++;
                continue;
            }

            if (Read(path, name, CredentialPlaceKind.Workspace, tally) is { } text)
            {
                yield return text;
            }
        }
    }

    /// <summary>The configuration of agents in a home.</summary>
    public static IEnumerable<SearchedText> Configurations(string home, SearchTally tally)
    {
        foreach (var name in _configurations)
        {
            var path = Path.Combine(home, name);
            if (File.Exists(path) && Read(path, $"~/{name}", CredentialPlaceKind.Configuration, tally) is { } text)
            {
                yield return text;
            }
        }
    }

    private static SearchedText? Read(string path, string name, CredentialPlaceKind kind, SearchTally tally)
    {
        try
        {
            if (new FileInfo(path).Length > TextBytes.MaxBytes)
            {
                tally.SkippedFiles++;
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            if (!TextBytes.TryRead(bytes, out var text))
            {
                return null;
            }

            tally.Bytes += bytes.Length;
            var isLink = new FileInfo(path).LinkTarget is not null;
            return new SearchedText(kind, name, text)
            {
                File = !isLink && TextBytes.IsSame(text, bytes) ? Path.GetFullPath(path) : null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            tally.SkippedFiles++;
            return null;
        }
    }
}
