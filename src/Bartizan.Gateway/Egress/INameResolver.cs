using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Asks for the addresses of a name. INVARIANT: called only after the decision allowed the name, once for each action, and
/// never for a denied name, so that a name can't carry data out.
/// </summary>
public interface INameResolver
{
    /// <summary>The addresses of <paramref name="host"/>, in the order to try; empty when it has none.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">When the resolver fails.</exception>
    ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken);
}
