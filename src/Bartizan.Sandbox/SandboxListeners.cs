using System.Net.Sockets;

namespace Bartizan.Sandbox;

/// <summary>
/// Sockets that live in the sandbox's network and are held by this process: accepting on one of them is talking to this
/// session's agent and nobody else. The TCP ones are listening. Closing them cuts every way out at once. Whoever serves
/// them takes them over; the sandbox disposes what is left.
/// </summary>
public sealed class SandboxListeners : IDisposable
{
    /// <summary>127.0.0.1:3128, the egress proxy.</summary>
    public required Socket Egress { get; init; }

    /// <summary>127.0.0.1:8080, the model gateway.</summary>
    public required Socket ModelGateway { get; init; }

    /// <summary>127.0.0.1:8081, the tool gateway.</summary>
    public required Socket ToolGateway { get; init; }

    /// <summary>0.0.0.0:80, captured cleartext HTTP.</summary>
    public required Socket CaptureHttp { get; init; }

    /// <summary>0.0.0.0:443, captured TLS.</summary>
    public required Socket CaptureTls { get; init; }

    /// <summary>
    /// Whatever port of an address of the resolver's (127.1.0.0/16, but for those above) or of <see cref="SandboxPlan.Addresses"/> was
    /// dialed: the local end of what it accepts is what was dialed. Null where the kernel can't.
    /// </summary>
    public Socket? CaptureAny { get; init; }

    /// <summary>The same for addresses of IPv6; null where the plan has none as well.</summary>
    public Socket? CaptureAnySix { get; init; }

    /// <summary>127.0.0.1:53, UDP, the resolver.</summary>
    public required Socket Dns { get; init; }

    /// <summary>127.0.0.1:5432, the databases.</summary>
    public required Socket Databases { get; init; }

    /// <summary>All of them.</summary>
    public IEnumerable<Socket> All =>
        new[]
        {
            Egress,
            ModelGateway,
            ToolGateway,
            CaptureHttp,
            CaptureTls,
            Dns,
            Databases,
            CaptureAny,
            CaptureAnySix,
        }.OfType<Socket>();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in All)
        {
            socket.Dispose();
        }
    }
}
