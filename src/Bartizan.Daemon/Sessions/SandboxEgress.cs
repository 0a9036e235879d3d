using Bartizan.Gateway.Egress;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Sessions;

/// <summary>A sandbox's ways out, as the egress proxy listens on them.</summary>
internal static class SandboxEgress
{
    /// <summary>All that the sandbox opened for it.</summary>
    public static EgressListeners Of(SandboxListeners listeners) =>
        new()
        {
            Proxy = listeners.Egress,
            CaptureHttp = listeners.CaptureHttp,
            CaptureTls = listeners.CaptureTls,
            CaptureAny = listeners.CaptureAny,
            CaptureAnySix = listeners.CaptureAnySix,
            Dns = listeners.Dns,
        };
}
