using System.Collections.Frozen;

namespace Bartizan.Core.Pins;

/// <summary>
/// The files of a workspace that agents and their clients obey: instructions, tool servers, hooks, skills, plugins. In any folder,
/// because clients load those of the folder that they work in, too. Names are compared without case.
/// </summary>
public static class InstructionFiles
{
    private static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "CLAUDE.md",
        "CLAUDE.local.md",
        "AGENTS.md",
        "AGENTS.override.md",
        "GEMINI.md",
        "QWEN.md",
        "SKILL.md",
        "copilot-instructions.md",
        ".cursorrules",
        ".windsurfrules",
        ".goosehints",
        ".mcp.json"
    );

    private static readonly FrozenSet<string> _folders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".claude",
        ".claude-plugin",
        ".codex",
        ".cursor",
        ".gemini",
        ".qwen",
        ".agents",
        ".clinerules",
        ".windsurf"
    );

    /// <summary>True for such a file, by its path in the workspace, and for a link in the place of such a folder.</summary>
    public static bool Holds(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var segments = path.Split('/');
        return _names.Contains(segments[^1]) || Array.Exists(segments, _folders.Contains);
    }
}
