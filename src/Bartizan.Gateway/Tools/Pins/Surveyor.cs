using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>Looks at a server as a client would: opens it in both eras, lists its tools, and leaves.</summary>
internal sealed class Surveyor(ToolWiring wiring, Session session, ToolServer server)
{
    private readonly SessionTools _tools = new(session, wiring.Options, wiring.Clock);
    private PinnedServer _seen = PinnedServer.Nothing;
    private int _unusable;

    /// <summary>Looks.</summary>
    public async Task<ServerSurvey> LookAsync(CancellationToken cancellationToken)
    {
        var problem = $"the server `{server.Name}` gave no list of tools that can be read";
        var found = false;
        foreach (var look in (Func<CancellationToken, Task<bool>>[])[LookAtSessionsAsync, LookStatelessAsync])
        {
            try
            {
                found |= await look(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                problem = ServerFault.Of(e, e is OperationCanceledException, server.Name);
            }
        }

        return new ServerSurvey(server.Name, found ? "" : problem, _seen, _unusable);
    }

    private async Task<bool> LookAtSessionsAsync(CancellationToken cancellationToken)
    {
        var question = new ServerQuestion(wiring, session, server, _tools);
        var (opened, id) = await question
            .AskAsync(
                Methods.Initialize,
                json =>
                {
                    json.WriteString("protocolVersion"u8, "2025-11-25"u8);
                    json.WriteStartObject("capabilities"u8);
                    json.WriteEndObject();
                    json.WriteStartObject("clientInfo"u8);
                    json.WriteString("name"u8, "bartizan"u8);
                    json.WriteString("version"u8, "1"u8);
                    json.WriteEndObject();
                },
                default,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (
            opened.ValueKind != JsonValueKind.Object
            || !opened.TryGetProperty("protocolVersion", out var said)
            || said.ValueKind != JsonValueKind.String
            || said.GetString() is not { } version
            || !SessionEra.IsVersion(version)
        )
        {
            return false;
        }

        Take(opened);
        var headers = new ServerHeaders { Session = id, Version = version };
        await question.SayAsync("notifications/initialized", headers, cancellationToken).ConfigureAwait(false);
        var listed = await ListAsync(question, headers, cancellationToken).ConfigureAwait(false);
        if (id is not null)
        {
            using var left = await wiring
                .Servers.SendAsync(session, server, HttpMethod.Delete, null, headers, null, cancellationToken)
                .ConfigureAwait(false);
        }

        return listed;
    }

    private async Task<bool> LookStatelessAsync(CancellationToken cancellationToken)
    {
        var question = new ServerQuestion(wiring, session, server, _tools);
        var headers = new ServerHeaders { Version = Stateless.Version, Method = Methods.Discover };
        var (found, _) = await question
            .AskAsync(Methods.Discover, static _ => { }, headers, cancellationToken)
            .ConfigureAwait(false);
        if (found.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        Take(found);
        return await ListAsync(question, headers with { Method = Methods.ToolsList }, cancellationToken)
            .ConfigureAwait(false);
    }

    private Task<bool> ListAsync(ServerQuestion question, ServerHeaders headers, CancellationToken cancellationToken) =>
        ToolListing.ReadAsync(
            question,
            headers,
            page =>
            {
                foreach (var item in page.EnumerateArray())
                {
                    if (ToolDefinition.Read(item) is { } tool && _seen.Tools.Count < PinFile.MaxTools)
                    {
                        _seen = _seen.With(tool);
                    }
                    else
                    {
                        _unusable++;
                    }
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken
        );

    private void Take(JsonElement opened)
    {
        if (IdentityFilter.Read(opened) is { } identity)
        {
            _seen = _seen.With(identity);
        }
        else
        {
            _unusable++;
        }
    }
}
