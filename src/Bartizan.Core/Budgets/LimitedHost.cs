using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Budgets;

/// <summary>A host that an action opens, of which its session may have only so much: its name and its terms.</summary>
internal readonly record struct LimitedHost(string Name, HostTerms Terms)
{
    /// <summary>The host of an action that the egress proxy carries out; null where the manifest limits none.</summary>
    public static LimitedHost? Of(Session session, AgentAction action)
    {
        var manifest = session.Manifest;
        if (manifest.Hosts.IsEmpty || action.Point != AgentAction.EgressPoint)
        {
            return null;
        }

        var host = action.Target switch
        {
            ConnectTarget connect => connect.Host,
            HttpTarget http => http.Host,
            ToolTarget tool when manifest.Git.TryGetValue(tool.Server, out var git) => git.Host,
            _ => null,
        };
        return host?.ToString() is { } name && manifest.Hosts.TryGetValue(name, out var terms) && terms.IsLimited
            ? new LimitedHost(name, terms)
            : null;
    }
}
