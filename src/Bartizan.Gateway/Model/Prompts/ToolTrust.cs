using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// Whether what a tool answered is trusted, by the name that a model calls it by. It is when it names a tool of one of the manifest's
/// servers that `trust.untrusted` doesn't name. A client's own tools, a name that fits no server or two, and everything where the
/// manifest says of nothing that it is untrusted, aren't.
/// </summary>
internal static class ToolTrust
{
    private static readonly string[] s_heads = ["mcp__", "mcp_", ""];
    private static readonly string[] s_between = ["__", "_", ".", "/"];

    /// <summary>True when it is.</summary>
    public static bool IsTrusted(Session session, string? name)
    {
        if (
            string.IsNullOrEmpty(name)
            || !session.Manifest.Trust.Sources.Any(source => source.Label == Labels.Untrusted)
        )
        {
            return false;
        }

        var tools = ToolsOf(session, name).ToHashSet();
        return tools.Count > 0
            && tools.All(tool => (session.Policy.ExposureOf(tool).Labels & Labels.Untrusted) == Labels.None);
    }

    // Clients join a server's name and a tool's in their own ways: every reading must be trusted.
    private static IEnumerable<ToolTarget> ToolsOf(Session session, string name)
    {
        foreach (var server in session.Manifest.Servers.Keys)
        {
            foreach (var head in s_heads)
            {
                foreach (var between in s_between)
                {
                    var before = head + server + between;
                    if (name.Length > before.Length && name.StartsWith(before, StringComparison.Ordinal))
                    {
                        yield return new ToolTarget(server, name[before.Length..]);
                    }
                }
            }
        }
    }
}
