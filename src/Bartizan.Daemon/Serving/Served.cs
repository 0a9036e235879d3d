using System.Globalization;
using Bartizan.Client.Serving;
using Bartizan.Daemon.Identity;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Daemon.Serving;

/// <summary>One gateway that is open, with all that is closed with it.</summary>
internal sealed class Served(
    ServedAgent agent,
    InboundGateway gateway,
    ServedSessions sessions,
    ServedCertificate? certificate,
    DateTimeOffset since
) : IAsyncDisposable
{
    /// <summary>What it serves.</summary>
    public ServedAgent Agent => agent;

    /// <summary>Completes when it is closed.</summary>
    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was opened.</summary>
    public ServeReply Reply { get; } =
        new(
            $"{agent.Manifest.Agent}@{agent.Manifest.Version}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(certificate is null ? "http" : "https")}://{gateway.EndPoint}"
            )
        );

    /// <summary>How it stands.</summary>
    public ServedLine Line => new(Reply.Agent, Reply.Url, agent.Path, sessions.Count, since);

    /// <summary>Closes the gateway first: nobody enters while its sessions are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync().ConfigureAwait(false);
        await sessions.DisposeAsync().ConfigureAwait(false);
        certificate?.Dispose();
        Over.TrySetResult();
    }
}
