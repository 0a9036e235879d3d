using System.Net;
using System.Net.Security;

namespace Bartizan.Control.Web;

/// <summary>Where people reach the instance from elsewhere.</summary>
public sealed record WebOptions
{
    /// <summary>Where it listens, in TLS.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The one address that browsers know it by.</summary>
    public required Uri Origin { get; init; }

    /// <summary>What it shows in TLS; asked for each connection.</summary>
    public required Func<SslStreamCertificateContext> Certificate { get; init; }

    /// <summary>The socket that the console's own process asks at; being there grants nothing.</summary>
    public required string Socket { get; init; }

    /// <summary>The user that may connect to it, beside root.</summary>
    public required uint Uid { get; init; }

    /// <summary>The instance's name, for authenticators.</summary>
    public required string Instance { get; init; }
}
