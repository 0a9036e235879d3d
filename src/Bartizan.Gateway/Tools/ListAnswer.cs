using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>The answer to a list, as its client may see it: held to the rules, to the pins, and to what is meant to fool a model.</summary>
internal sealed class ListAnswer(ToolWiring wiring, Session session, ToolServer server, SessionTools tools)
{
    /// <summary>Filters it; null when it can't be read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> FilterAsync(
        PendingCall call,
        ReadOnlyMemory<byte> result,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        var leftOut = new List<string>();
        var filtered = ListFilter.Filter(
            session,
            server.Name,
            call,
            result,
            tools.Schemas,
            await PinsOfAsync(call, result, cancellationToken).ConfigureAwait(false),
            stateless,
            wiring.Clock.GetUtcNow(),
            leftOut
        );
        if (leftOut.Count > 0)
        {
            await wiring
                .Monitor.RefuseAsync(
                    new AgentAction
                    {
                        Session = session.Id,
                        Target = new ToolTarget(server.Name, call.Method),
                        Point = Mediation.Point,
                    },
                    $"rows of its list are left out: {string.Join("; ", leftOut)}"
                )
                .ConfigureAwait(false);
        }

        return filtered;
    }

    private async ValueTask<ImmutableArray<PinVerdict>> PinsOfAsync(
        PendingCall call,
        ReadOnlyMemory<byte> result,
        CancellationToken cancellationToken
    ) =>
        call.Method == Methods.ToolsList
        && tools.Pins.Of(server.Name) is { } pins
        && ListFilter.ItemsOf(call.Method, result) is { } list
            ? await pins.TakeAsync(list, cancellationToken).ConfigureAwait(false)
            : default;
}
