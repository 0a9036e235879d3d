using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// Whether what a tool answered is trusted, by the name that a model calls it by. It is when it names a tool of one of the manifest's
/// servers that `trust.untrusted` doesn't name, in a form that no other tool can have: `mcp__SERVER__TOOL`, or `SERVER__TOOL` as in the
/// joined list. A client's own tools, every other name, and everything where the manifest says of nothing that it is untrusted, aren't.
/// </summary>
internal static class ToolTrust
{
    /// <summary>Letters of a name; what is longer is no tool's that clients offer.</summary>
    private const int MaxName = 256;

    private const string Head = "mcp" + ToolServer.Divider;

    /// <summary>True when it is.</summary>
    public static bool IsTrusted(Session session, string? name)
    {
        if (
            string.IsNullOrEmpty(name)
            || name.Length > MaxName
            || !session.Manifest.Trust.Sources.Any(source => source.Label == Labels.Untrusted)
        )
        {
            return false;
        }

        var tools = ToolsOf(session, name).ToList();
        return tools.Count > 0
            && tools.All(tool => (session.Policy.ExposureOf(tool).Labels & Labels.Untrusted) == Labels.None);
    }

    /// <summary>The name of a tool that a call gives with its namespace, as Codex does: an MCP server's is `mcp__SERVER__`.</summary>
    public static string? NameIn(string? space, string? name) =>
        string.IsNullOrEmpty(space) ? name
        : space.StartsWith(Head, StringComparison.Ordinal) ? space.TrimEnd('_') + ToolServer.Divider + name
        : null;

    // A server may be called `mcp`, and a client may call the joined list by the name of a server: every reading must be trusted.
    private static IEnumerable<ToolTarget> ToolsOf(Session session, string name)
    {
        string[] starts = name.StartsWith(Head, StringComparison.Ordinal) ? [name, name[Head.Length..]] : [name];
        foreach (var start in starts)
        {
            for (var tool = Split(session, start); tool is not null; tool = Split(session, tool.Tool))
            {
                yield return tool;
            }
        }
    }

    // The manifest sees to it that a server's name holds no divider and none begins in it.
    private static ToolTarget? Split(Session session, string name)
    {
        var at = name.IndexOf(ToolServer.Divider, StringComparison.Ordinal);
        var rest = at + ToolServer.Divider.Length;
        return at > 0 && rest < name.Length && session.Manifest.Servers.ContainsKey(name[..at])
            ? new ToolTarget(name[..at], name[rest..])
            : null;
    }
}
