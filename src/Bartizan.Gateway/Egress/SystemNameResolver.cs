using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The host's own resolver, for whole names only: the host's search list is kept out, because what was decided is the whole
/// name and <c>good.example</c> must not become <c>good.example.corp</c>. That takes the hosts file out too, so it is read here.
/// </summary>
public sealed class SystemNameResolver : INameResolver
{
    /// <summary>Lines of a hosts file that are read: block lists that people keep there are about this long.</summary>
    private const int MaxLines = 200_000;

    private readonly string _hostsFile;

    /// <summary>Makes the resolver of this host.</summary>
    /// <param name="hostsFile">The file of names that go before DNS.</param>
    public SystemNameResolver(string hostsFile = "/etc/hosts") => _hostsFile = hostsFile;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var local = await ReadHostsFileAsync(host, cancellationToken).ConfigureAwait(false);
        return local.IsEmpty
            ? [.. await Dns.GetHostAddressesAsync(host.Text + ".", cancellationToken).ConfigureAwait(false)]
            : local;
    }

    private async ValueTask<ImmutableArray<IPAddress>> ReadHostsFileAsync(
        HostName host,
        CancellationToken cancellationToken
    )
    {
        var found = ImmutableArray.CreateBuilder<IPAddress>();
        try
        {
            var lines = 0;
            await foreach (var line in File.ReadLinesAsync(_hostsFile, cancellationToken).ConfigureAwait(false))
            {
                if (++lines > MaxLines)
                {
                    break;
                }

                if (Names(line, host) is { } address && !found.Contains(address))
                {
                    found.Add(address);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return found.ToImmutable();
    }

    private static IPAddress? Names(ReadOnlySpan<char> line, HostName host)
    {
        var comment = line.IndexOf('#');
        var rest = comment < 0 ? line : line[..comment];
        IPAddress? address = null;
        var first = true;
        foreach (var range in rest.SplitAny(' ', '\t'))
        {
            var word = rest[range];
            if (word.IsEmpty)
            {
                continue;
            }

            if (first && !IPAddress.TryParse(word, out address))
            {
                return null;
            }

            if (!first && word.Equals(host.Text, StringComparison.OrdinalIgnoreCase))
            {
                return address;
            }

            first = false;
        }

        return null;
    }
}
