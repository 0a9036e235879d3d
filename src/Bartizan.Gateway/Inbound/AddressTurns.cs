using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The turns of addresses. Whoever owns a network has more addresses of it than can be known, so where no further one can be, an address
/// counts together with its network, and that with a larger one:
/// <code>
/// IPv6 /64 ─ full ─ /48 ─ full ─ /32        IPv4 /32 ─ full ─ /24 ─ full ─ /16
/// </code>
/// INVARIANT: who fills one book shares a turn with their own network first, and never takes a stranger's place in it.
/// </summary>
internal sealed class AddressTurns(CallerLimit limit, TimeProvider clock)
{
    private readonly ImmutableArray<CallerTurns> _books =
    [
        .. Enumerable.Range(0, CallerAddress.Widths).Select(_ => new CallerTurns(limit, clock)),
    ];

    /// <summary>Takes a turn. False with the time until it is worth asking again.</summary>
    public bool TryEnter(IPAddress? address, out CallerTurn turn, out TimeSpan wait)
    {
        for (var width = 0; ; width++)
        {
            turn = new CallerTurn(_books[width], CallerAddress.Of(address, width));
            if (turn.Book.TryEnter(turn.Name, out wait, out var isFull))
            {
                return true;
            }

            if (!isFull || width == CallerAddress.Widths - 1)
            {
                return false;
            }
        }
    }
}
