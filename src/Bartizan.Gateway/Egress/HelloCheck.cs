using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Holds the first bytes of a tunnel until it is clear where they want to go. INVARIANT: the name in TLS, the name that was
/// decided and the name that was dialed are one. The bytes stay in the reader.
/// </summary>
internal sealed class HelloCheck(EgressWiring wiring, WireReader reader, HostName host)
{
    /// <summary>What is wrong with a connection that must be TLS; null when nothing is.</summary>
    public ValueTask<string?> RunAsync(CancellationToken cancellationToken) =>
        RunAsync(tlsOnly: true, cancellationToken);

    /// <summary>What is wrong; null when nothing is, or when it is not TLS and need not be.</summary>
    public async ValueTask<string?> RunAsync(bool tlsOnly, CancellationToken cancellationToken)
    {
        var options = wiring.Options;
        var within = tlsOnly ? options.NextRequestWithin : options.IdleWithin;
        if (!await reader.WaitAsync(within, wiring.Clock, cancellationToken).ConfigureAwait(false))
        {
            return tlsOnly ? "nothing came" : null;
        }

        if (!tlsOnly && !ClientHello.LooksLikeTls(reader.Buffered.Span))
        {
            return null;
        }

        using var limit = new CancellationTokenSource(options.HeadWithin, wiring.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (true)
            {
                var end = ClientHello.Parse(
                    reader.Buffered.Span,
                    options.MaxClientHelloBytes,
                    out var name,
                    out var needed
                );
                if (end != HelloEnd.More)
                {
                    return Judge(end, name);
                }

                while (reader.Buffered.Length < needed)
                {
                    if (
                        reader.Buffered.Length >= options.MaxClientHelloBytes
                        || !await reader.FillAsync(either.Token).ConfigureAwait(false)
                    )
                    {
                        return "the ClientHello has no end";
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the ClientHello came too slowly";
        }
    }

    private string? Judge(HelloEnd end, HostName? name) =>
        end switch
        {
            HelloEnd.Named when name == host => null,
            HelloEnd.Named when host.Address is null => $"TLS names `{name}` in a tunnel to `{host}`",
            HelloEnd.Named => $"TLS names `{name}` in a tunnel to an address; ask for the name itself",
            HelloEnd.NoName when host.Address is not null => null,
            HelloEnd.NoName => "TLS does not say which host it wants",
            HelloEnd.Encrypted => "TLS encrypts the name of the host it wants (ECH)",
            HelloEnd.NotTls => "this is not TLS, and port 443 is for TLS",
            _ => "the ClientHello can't be read",
        };
}
