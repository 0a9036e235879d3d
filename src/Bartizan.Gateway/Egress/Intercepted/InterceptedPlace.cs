using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>The connection feature that says whose connection it is, and to which host: nothing that is said inside changes it.</summary>
internal sealed record InterceptedPlace(
    EgressWiring Wiring,
    EgressConnection Connection,
    SessionId Session,
    HostName Host,
    int Port,
    InterceptedUpstream Upstream
)
{
    /// <summary>Where the host's cookies stay; null where they pass.</summary>
    public CookieJar? Cookies { get; init; }

    /// <summary>The port that https means when none is named.</summary>
    public const int TlsPort = 443;

    /// <summary>As a Host field says it.</summary>
    public string Authority => Port == TlsPort ? Host.ToString() : $"{Host}:{Port}";
}
