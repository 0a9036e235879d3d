using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>The servers of a session's manifest of which some rule grants something, by name.</summary>
internal static class JoinedServers
{
    /// <summary>The servers.</summary>
    public static IEnumerable<ToolServer> Of(Session session, DateTimeOffset now) =>
        session
            .Manifest.Servers.Values.Where(server => session.Policy.CouldReach(server.Name, now))
            .OrderBy(server => server.Name, StringComparer.Ordinal);

    /// <summary>The part that a broken stream goes on with, by its last event, which becomes the server's own id.</summary>
    public static (ClientSession? Part, AnswerWriter Writer) PartOf(
        JoinedSession? joined,
        HttpContext context,
        ref string? last
    )
    {
        if (joined is null || last is null || JoinedName.SplitEvent(last) is not var (name, id))
        {
            return (null, new AnswerWriter(context));
        }

        last = id;
        return (
            joined.Parts.GetValueOrDefault(name),
            new AnswerWriter(context) { EventPrefix = JoinedName.EventOf(name) }
        );
    }
}
