using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// What a client of the stateless era listens for at all servers. Resources are watched at the server that their address names, which
/// is the same action there as at the server's own endpoint: one for each server.
/// </summary>
internal sealed class ResourceWatch(ToolWiring wiring, HttpContext context, Session session, AnswerWriter writer)
{
    private const string Notifications = "notifications";
    private const string Resources = "resourceSubscriptions";

    /// <summary>Finds what is listened to where; an error when it can't be read, or is refused.</summary>
    public async Task<RpcError?> FindAsync(Posted posted, List<ListeningSource> sources)
    {
        var wanted = posted.Call!.Member(Notifications);
        if (ReadWatched(wanted) is not { } watched)
        {
            return new RpcError(RpcError.InvalidParams, "a resource's address is `SERVER+URI` here");
        }

        foreach (var (name, uris) in watched)
        {
            var own = JoinedMessage.With(posted, Notifications, json => Write(json, wanted, uris));
            var (call, error) = await DecideAsync(own, name).ConfigureAwait(false);
            if (error is not null)
            {
                return error;
            }

            sources.Add(new ListeningSource(session.Manifest.Servers[name], null, own.Body, call));
        }

        var rest = JoinedMessage.With(posted, Notifications, json => Write(json, wanted, []));
        sources.AddRange(
            JoinedServers
                .Of(session, wiring.Clock.GetUtcNow())
                .Where(server => !watched.ContainsKey(server.Name))
                .Select(server => new ListeningSource(server, null, rest.Body, null))
        );
        return null;
    }

    /// <summary>What the client hears first: what is listened for.</summary>
    public static ReadOnlyMemory<byte> Acknowledgement(Posted posted) =>
        JoinedMessage.Notification(
            Methods.Acknowledged,
            json =>
            {
                json.WriteStartObject("_meta"u8);
                var id = posted.Message.Id;
                json.WriteString(
                    "io.modelcontextprotocol/subscriptionId"u8,
                    id.StartsWith('"') ? JsonSerializer.Deserialize(id, MessageText.Default.String) : id
                );
                json.WriteEndObject();
                json.WritePropertyName(Notifications);
                var wanted = posted.Call!.Member(Notifications);
                Write(json, wanted, [.. UrisOf(wanted)]);
            }
        );

    private async Task<(PendingCall? Call, RpcError? Error)> DecideAsync(Posted own, string server)
    {
        var target = new ToolTarget(server, Methods.Subscribe);
        var action = new AgentAction
        {
            Session = session.Id,
            Target = target,
            Point = Mediation.Point,
            Arguments = own.Call!.ArgumentsOfMethod(),
            Payloads = own.Call.ToPayloads(),
        };
        var passage = await new HeldCall(wiring, context, writer, null, own.Message.Id, own.Call.ProgressToken)
            .RequestAsync(action)
            .ConfigureAwait(false);
        if (!passage.Granted)
        {
            return (null, RpcError.Refuse(target, passage.Decision));
        }

        var call = new PendingCall(own.Message.Id, Methods.Listen, passage, own.Body.Length) { IsStateless = true };
        if (session.Manifest.Servers.ContainsKey(server))
        {
            return (call, null);
        }

        await call.EndAsync(OutcomeKind.Failed, "there is no such server").ConfigureAwait(false);
        return (null, new RpcError(RpcError.InvalidParams, "there is no such server"));
    }

    private static Dictionary<string, List<string>>? ReadWatched(JsonElement wanted)
    {
        var watched = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var joined in UrisOf(wanted))
        {
            if (JoinedName.SplitUri(joined) is not var (server, uri))
            {
                return null;
            }

            if (!watched.TryGetValue(server, out var uris))
            {
                watched[server] = uris = [];
            }

            uris.Add(uri);
        }

        return watched;
    }

    // What isn't a text is an address of no server.
    private static IEnumerable<string> UrisOf(JsonElement wanted) =>
        wanted.ValueKind != JsonValueKind.Object
        || !wanted.TryGetProperty(Resources, out var some)
        || some.ValueKind == JsonValueKind.Null
            ? []
        : some.ValueKind != JsonValueKind.Array ? [""]
        : some.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : "");

    private static void Write(Utf8JsonWriter json, JsonElement wanted, List<string> uris)
    {
        json.WriteStartObject();
        if (wanted.ValueKind == JsonValueKind.Object)
        {
            foreach (var one in wanted.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.True))
            {
                one.WriteTo(json);
            }
        }

        if (uris.Count > 0)
        {
            json.WriteStartArray(Resources);
            foreach (var uri in uris)
            {
                json.WriteStringValue(uri);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
