using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;

namespace Bartizan.Gateway.Egress;

/// <summary>The addresses of the host's own interfaces, read again when they are older than a while.</summary>
internal sealed class OwnAddresses(TimeProvider clock)
{
    /// <summary>Interfaces come and go by hand or by lease; both take longer than this.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private FrozenSet<IPAddress>? _addresses;
    private long _read;

    /// <summary>The addresses of now.</summary>
    public FrozenSet<IPAddress> Read()
    {
        lock (_lock)
        {
            if (_addresses is null || clock.GetElapsedTime(_read) > Fresh)
            {
                var found = new HashSet<IPAddress>();
                foreach (var one in NetworkInterface.GetAllNetworkInterfaces())
                {
                    foreach (var address in one.GetIPProperties().UnicastAddresses)
                    {
                        found.Add(address.Address);
                    }
                }

                _addresses = found.ToFrozenSet();
                _read = clock.GetTimestamp();
            }

            return _addresses;
        }
    }
}
