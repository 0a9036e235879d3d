using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// From an allowed host to a connection: resolve once, vet every address, dial one of exactly those. One refused address
/// refuses the whole answer: a name that leads both outside and inside is rebinding, and picking the good one would only
/// let the attacker try again.
/// </summary>
internal sealed class Upstream(INameResolver resolver, IDialer dialer, TimeProvider clock, EgressOptions options)
{
    private readonly OwnAddresses _own = new(clock);

    /// <summary>Reaches <paramref name="host"/>; called only for a granted passage.</summary>
    public async ValueTask<Dialed> DialAsync(
        HostName host,
        int port,
        bool privateAddresses,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<IPAddress> addresses;
        try
        {
            addresses = host.Address is { } literal
                ? [literal]
                : await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return Dialed.Failed(DialEnd.NotResolved, $"`{host}` could not be resolved");
        }

        if (addresses.IsDefaultOrEmpty)
        {
            return Dialed.Failed(DialEnd.NotResolved, $"`{host}` has no address");
        }

        var own = _own.Read();
        foreach (var address in addresses)
        {
            var objection = AddressGuard.Objection(address, privateAddresses, host.Address is not null, own);
            if (objection is not null)
            {
                return Dialed.Failed(DialEnd.AddressRefused, $"`{host}` leads to `{address}`, which is {objection}");
            }
        }

        return await TryEachAsync(host, port, addresses, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ResolveWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await resolver
                .ResolveAsync(host, either.Token)
                .AsTask()
                .WaitAsync(either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private async ValueTask<Dialed> TryEachAsync(
        HostName host,
        int port,
        ImmutableArray<IPAddress> addresses,
        CancellationToken cancellationToken
    )
    {
        var end = DialEnd.Unreachable;
        for (var i = 0; i < Math.Min(addresses.Length, options.MaxAddressesTried); i++)
        {
            using var limit = new CancellationTokenSource(options.DialWithin, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                var target = new IPEndPoint(addresses[i], port);
                return new Dialed(
                    DialEnd.Connected,
                    await dialer.DialAsync(target, either.Token).ConfigureAwait(false),
                    ""
                );
            }
            catch (SocketException)
            {
                end = DialEnd.Unreachable;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                end = DialEnd.TimedOut;
            }
        }

        var how = end == DialEnd.TimedOut ? "did not answer in time" : "refused the connection or can't be reached";
        return Dialed.Failed(end, $"`{host}:{port}` {how}");
    }
}
