using System.Net;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Connections;

namespace Bartizan.Control.Web;

/// <summary>
/// Room for connections, shared by where they come from, before anything is read of them: whoever opens many has their own room full, and
/// others theirs.
/// </summary>
internal sealed class ConnectionShares
{
    /// <summary>Connections of one address; of IPv6, of one network of 2^64.</summary>
    public const int MaxOfPlace = 128;

    /// <summary>Of one network (/24, /48): what one household, or one customer of a host, has many addresses of.</summary>
    public const int MaxOfNetwork = 192;

    private readonly Shares _places = new(WebServer.MaxConnections, MaxOfPlace);
    private readonly Shares _networks = new(WebServer.MaxConnections, MaxOfNetwork);

    /// <summary>Lets a connection through, or closes it without a word.</summary>
    public async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        var (place, network) = (SignInThrottle.PlaceOf(address), SignInThrottle.NetworkOf(address));
        if (!_places.TryTake(place))
        {
            connection.Abort();
            return;
        }

        try
        {
            if (!_networks.TryTake(network))
            {
                connection.Abort();
                return;
            }

            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                _networks.Release(network);
            }
        }
        finally
        {
            _places.Release(place);
        }
    }
}
