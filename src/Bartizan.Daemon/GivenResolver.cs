using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Daemon;

/// <summary>Hands a function to the egress proxy as its resolver.</summary>
internal sealed class GivenResolver(Func<HostName, CancellationToken, ValueTask<ImmutableArray<IPAddress>>> resolve)
    : INameResolver
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken) =>
        resolve(host, cancellationToken);
}
