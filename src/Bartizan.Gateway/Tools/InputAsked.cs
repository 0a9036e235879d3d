using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>What a server asks of the client: each question is an action of its own.</summary>
internal sealed class InputAsked(ToolWiring wiring, Session session, ToolServer server)
{
    /// <summary>
    /// The questions that come instead of a result (2026-07-28): null when all are granted. One refused refuses them all.
    /// </summary>
    public async ValueTask<RpcError?> RefusedAsync(ReadOnlyMemory<byte> result, CancellationToken cancellationToken)
    {
        var refused = new RpcError(
            RpcError.Failed,
            "the server asks for something of the client that this agent's rules don't allow"
        );
        if (CallParams.Read(result)?.Member("inputRequests") is not { ValueKind: JsonValueKind.Object } requests)
        {
            // Only a state to come back with: nothing is asked.
            return
                CallParams.Read(result) is { } read && read.Member("inputRequests").ValueKind == JsonValueKind.Undefined
                ? null
                : refused;
        }

        foreach (var request in requests.EnumerateObject())
        {
            if (
                request.Value.ValueKind != JsonValueKind.Object
                || !request.Value.TryGetProperty("method", out var said)
                || said.ValueKind != JsonValueKind.String
                || said.GetString() is not { } method
                || !Methods.IsAskedOfClients(method)
            )
            {
                return refused;
            }

            var raw = request.Value.TryGetProperty("params", out var inner)
                ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(inner).ToArray()
                : default(ReadOnlyMemory<byte>);
            if (CallParams.Read(raw) is not { } asked)
            {
                return refused;
            }

            await using var passage = await RequestAsync(method, asked, cancellationToken).ConfigureAwait(false);
            if (!passage.Granted)
            {
                return refused;
            }

            // The answer comes with the client's next request, which is decided by itself.
            await passage.CompleteAsync(new Outcome(OutcomeKind.Done, "asked")).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>
    /// Has one question decided. One that is granted is met before its client sees it: it may hold what any tool of its server gives.
    /// </summary>
    public async ValueTask<Passage> RequestAsync(string method, CallParams asked, CancellationToken cancellationToken)
    {
        var passage = await wiring
            .Monitor.RequestAsync(
                new AgentAction
                {
                    Session = session.Id,
                    Target = new ToolTarget(server.Name, method),
                    Point = Mediation.Point,
                    Arguments = asked.ArgumentsOfMethod(),
                    Payloads = asked.ToPayloads(),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (passage.Granted)
        {
            ReferenceMonitor.MeetServer(session, server.Name);
        }

        return passage;
    }
}
