using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>The host's own resolver.</summary>
public sealed class SystemNameResolver : INameResolver
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);

        // The final dot keeps the host's search list out: what was decided is the whole name.
        return [.. await Dns.GetHostAddressesAsync(host.Text + ".", cancellationToken).ConfigureAwait(false)];
    }
}
