using System.Diagnostics;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;

namespace Bartizan.Control.Web;

/// <summary>
/// Which sessions a switch is about. "All" is all that its person may switch: of the whole instance also those that begin meanwhile, of
/// some agents those that live now.
/// </summary>
internal static class SwitchScope
{
    /// <summary>The agents that a request names, null for the whole instance: it moves all of them, or none.</summary>
    public static List<string?> AgentsOf(IInstance instance, SwitchRequest request, Caller caller)
    {
        if (IsNarrowed(request, caller))
        {
            return [.. Theirs(instance, caller).Select(one => AgentName.Of(one.Agent)).Distinct()];
        }

        List<string?> on = [];
        if (request.All)
        {
            on.Add(null);
        }

        if (request.Agent is { } agent)
        {
            on.Add(agent);
        }

        if (request.Session is { } session)
        {
            on.Add(AgentOf(instance, session));
        }

        return on;
    }

    /// <summary>The agent of a session; of one that isn't there, the whole instance.</summary>
    public static string? AgentOf(IInstance instance, string session) =>
        instance.Sessions().FirstOrDefault(one => one.Session == session) is { } found
            ? AgentName.Of(found.Agent)
            : null;

    /// <summary>Throws it.</summary>
    public static async Task<SwitchReply> ThrowAsync(
        IInstance instance,
        SwitchRequest request,
        Caller caller,
        Func<SwitchRequest, string, CancellationToken, Task<SwitchReply>> move,
        CancellationToken cancellationToken
    )
    {
        if (!IsNarrowed(request, caller))
        {
            return await move(request, caller.Account, cancellationToken).ConfigureAwait(false);
        }

        var started = Stopwatch.GetTimestamp();
        var moved = await Task.WhenAll(
                Theirs(instance, caller)
                    .Select(one =>
                        move(request with { All = false, Session = one.Session }, caller.Account, cancellationToken)
                    )
            )
            .ConfigureAwait(false);
        return new SwitchReply(
            [.. moved.SelectMany(one => one.Sessions)],
            Stopwatch.GetElapsedTime(started).TotalMilliseconds
        );
    }

    private static bool IsNarrowed(SwitchRequest request, Caller caller) =>
        request is { All: true, Agent: null, Session: null } && !caller.May(Act.SwitchSessions, null);

    private static IEnumerable<SessionSummary> Theirs(IInstance instance, Caller caller) =>
        instance.Sessions().Where(one => caller.May(Act.SwitchSessions, AgentName.Of(one.Agent)));
}
