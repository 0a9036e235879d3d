using System.Net;
using System.Net.Http.Headers;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Code;
using Bartizan.Gateway.Readers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Stdio;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// Sends messages to tool servers, with the server's own credential. The session's token never leaves: no header of the
/// client is copied.
/// </summary>
internal sealed class ServerConnection(
    UpstreamConnections upstreams,
    ICredentialLender lender,
    StdioServers? stdio,
    ReaderServer? readers = null,
    CodeServer? code = null
)
{
    /// <summary>Answers to what a server asked are short.</summary>
    private static readonly TimeSpan ReplyWithin = TimeSpan.FromSeconds(10);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Sends one request; a null body for none. Returns when the answer's head is there.</summary>
    public async Task<ServerAnswer> SendAsync(
        Session session,
        ToolServer server,
        HttpMethod method,
        ReadOnlyMemory<byte>? body,
        ServerHeaders headers,
        string? credential,
        CancellationToken cancellationToken
    )
    {
        if (!server.Readers.IsEmpty)
        {
            return readers is null
                ? throw new IOException("nothing can be read for an agent here")
                : await readers
                    .SendAsync(session, server, method, body ?? default, cancellationToken)
                    .ConfigureAwait(false);
        }

        if (server.Code is not null)
        {
            return code is null
                ? throw new IOException("no code can be run here")
                : await code.SendAsync(session, server, method, body ?? default, headers, cancellationToken)
                    .ConfigureAwait(false);
        }

        if (server.Url is not { } url)
        {
            return stdio is null
                ? throw new IOException("servers that a command starts can't be started here")
                : await stdio
                    .SendAsync(session, server, method, body, headers, cancellationToken)
                    .ConfigureAwait(false);
        }

        using var request = new HttpRequestMessage(method, url)
        {
            Version = url.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = Json;
        }

        Write(
            headers,
            request.Headers,
            method == HttpMethod.Get ? "text/event-stream" : "application/json, text/event-stream"
        );
        string? used = null;
        if ((credential ?? server.Credential) is { } name)
        {
            using var lease = await lender.LendAsync(session.Id, name, url, cancellationToken).ConfigureAwait(false);
            used = lease.Handle;
            lease.Apply(secret => request.Headers.TryAddWithoutValidation("authorization", $"Bearer {secret}"));
        }

        var echo = KeyEcho.Of(request);
        var response = await upstreams
            .For(url, server.CertificateAuthority)
            .SendAsync(request, cancellationToken)
            .ConfigureAwait(false);
        return new ServerAnswer(response, echo) { Used = used };
    }

    /// <summary>Answers what a server asked of a client; what it says to that is nobody's.</summary>
    public async Task TellAsync(
        Session session,
        ToolServer server,
        ClientSession client,
        ReadOnlyMemory<byte> answer,
        CancellationToken cancellationToken
    )
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(ReplyWithin);
        var sent = new ServerHeaders { Session = client.ServerSession, Version = client.Version };
        using var heard = await SendAsync(session, server, HttpMethod.Post, answer, sent, null, soon.Token)
            .ConfigureAwait(false);
    }

    private static void Write(in ServerHeaders from, HttpRequestHeaders to, string accept)
    {
        to.TryAddWithoutValidation("accept", accept);
        to.TryAddWithoutValidation("accept-encoding", "identity");
        Add(to, "mcp-session-id", from.Session);
        Add(to, "mcp-protocol-version", from.Version);
        Add(to, "mcp-method", from.Method);
        Add(to, "mcp-name", from.Name);
        Add(to, "last-event-id", from.LastEvent);
        foreach (var (name, value) in from.Mirrored ?? [])
        {
            to.TryAddWithoutValidation(name, value);
        }
    }

    private static void Add(HttpRequestHeaders to, string name, string? value)
    {
        if (value is not null)
        {
            to.TryAddWithoutValidation(name, value);
        }
    }
}
