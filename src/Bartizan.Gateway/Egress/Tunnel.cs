using System.Buffers;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Steps 7 and 8 for opaque bytes: both directions, until both have ended in order, one breaks, nothing moved for too long,
/// or the passage is cut.
/// </summary>
internal sealed class Tunnel(
    EgressWiring wiring,
    EgressConnection connection,
    Passage passage,
    WireReader reader,
    Socket upstream
)
{
    /// <summary>Of one read: larger gains nothing over loopback, and two of these are all that a busy tunnel holds.</summary>
    private const int CopyBytes = 128 * 1024;

    private long _out;
    private long _in;
    private string? _cut;
    private bool _clientBroke;

    /// <summary>Copies to the end and says how it went.</summary>
    /// <param name="check">Looks at the first bytes; null when that was done.</param>
    /// <param name="tlsOnly">True when anything but TLS ends the tunnel, and the other side hears nothing before the check.</param>
    /// <param name="early">What the other side already sent.</param>
    public async ValueTask<Outcome> RunAsync(HelloCheck? check, bool tlsOnly, ReadOnlyMemory<byte> early = default)
    {
        if (check is not null && tlsOnly)
        {
            _cut = await check.RunAsync(tlsOnly: true, connection.Ending).ConfigureAwait(false);
            if (_cut is not null)
            {
                await connection.EndWithAsync(Answers.UnrecognizedName).ConfigureAwait(false);
                return new Outcome(OutcomeKind.Cut, _cut);
            }
        }

        using var idle = new IdleWatch(wiring.Clock, wiring.Options.IdleWithin, GiveUp);
        var back = BackAsync(early, idle);
        var forth = ForthAsync(tlsOnly ? null : check, idle);
        await Task.WhenAll(back, forth).ConfigureAwait(false);
        var usage = new Usage { BytesOut = _out, BytesIn = _in };
        return (await back.ConfigureAwait(false), await forth.ConfigureAwait(false)) switch
        {
            _ when passage.Revoked.IsCancellationRequested => new Outcome(OutcomeKind.Cut, "the session ended", usage),
            _ when _cut is not null => new Outcome(OutcomeKind.Cut, _cut, usage),
            (true, true) => new Outcome(OutcomeKind.Done, "", usage),
            _ when _clientBroke => new Outcome(OutcomeKind.Cancelled, "", usage),
            _ => new Outcome(OutcomeKind.Failed, "the other side broke off", usage),
        };
    }

    private void GiveUp()
    {
        _cut ??= "nothing moved for too long";
        connection.Abort();
    }

    private async Task<bool> BackAsync(ReadOnlyMemory<byte> early, IdleWatch idle)
    {
        if (!await PassAsync(early, connection.Client, outwards: false).ConfigureAwait(false))
        {
            connection.Abort();
            return false;
        }

        return await CopyAsync(upstream, connection.Client, outwards: false, idle).ConfigureAwait(false);
    }

    private async Task<bool> ForthAsync(HelloCheck? check, IdleWatch idle)
    {
        if (check is not null)
        {
            var problem = await check.RunAsync(tlsOnly: false, connection.Ending).ConfigureAwait(false);
            if (problem is not null)
            {
                _cut ??= problem;
                connection.Abort();
                return false;
            }
        }

        var first = reader.Buffered;
        if (!await PassAsync(first, upstream, outwards: true).ConfigureAwait(false))
        {
            connection.Abort();
            return false;
        }

        reader.Advance(first.Length);
        return await CopyAsync(connection.Client, upstream, outwards: true, idle).ConfigureAwait(false);
    }

    /// <summary>True when the source ended in order; its end is passed on. A break on either side cuts both.</summary>
    private async Task<bool> CopyAsync(Socket source, Socket sink, bool outwards, IdleWatch idle)
    {
        byte[]? buffer = null;
        var ordered = false;
        try
        {
            while (true)
            {
                // Without bytes in flight the buffer goes back: a thousand idle tunnels hold none.
                if (buffer is null)
                {
                    await source.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
                    buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
                }

                var received = await source.ReceiveAsync(buffer.AsMemory(), SocketFlags.None).ConfigureAwait(false);
                if (received == 0)
                {
                    ordered = true;
                    break;
                }

                idle.Touch();
                if (!await PassAsync(buffer.AsMemory(0, received), sink, outwards).ConfigureAwait(false))
                {
                    break;
                }

                if (received < buffer.Length && source.Available == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _clientBroke |= outwards;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        if (ordered)
        {
            sink.TryShutdownSend();
        }
        else
        {
            connection.Abort();
        }

        return ordered;
    }

    /// <summary>Step 9 for one chunk: held while the session is paused. Opaque bytes are forwarded as they are or not at all.</summary>
    private async ValueTask<bool> PassAsync(ReadOnlyMemory<byte> bytes, Socket sink, bool outwards)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }

        var heading = outwards ? Heading.Out : Heading.Back;
        var inspection = await passage.InspectAsync(bytes, heading, connection.Ending).ConfigureAwait(false);
        if (inspection.Verdict != InspectionVerdict.Forward)
        {
            _cut ??= passage.CutBecause;
            return false;
        }

        if (!await sink.TrySendAsync(inspection.Bytes, CancellationToken.None).ConfigureAwait(false))
        {
            _clientBroke |= !outwards;
            return false;
        }

        if (outwards)
        {
            _out += bytes.Length;
        }
        else
        {
            _in += bytes.Length;
        }

        return true;
    }
}
