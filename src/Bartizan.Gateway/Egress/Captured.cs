using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>What a program dialed that knows no proxy.</summary>
/// <param name="Host">The name that the address stands for; else the address.</param>
/// <param name="Port">The port.</param>
internal sealed record Captured(HostName Host, int Port)
{
    /// <summary>Says what was dialed, by the local end of a captured connection; or what is wrong with it.</summary>
    public static Captured? Read(EndPoint? local, FakeNames names, out string problem)
    {
        problem = "the address was never given to a name";
        if (local is not IPEndPoint { Address: var dialed, Port: var port })
        {
            return null;
        }

        var address = dialed.IsIPv4MappedToIPv6 ? dialed.MapToIPv4() : dialed;
        if (names.TryFind(address, out var name))
        {
            return new Captured(name, port);
        }

        // The listener itself was dialed, which stands for nobody; or an address of the resolver's that is not in use.
        return IPAddress.IsLoopback(address) ? null
            : HostName.TryParse(address.ToString(), out var host, out problem) ? new Captured(host, port)
            : null;
    }
}
