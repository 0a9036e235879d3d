using System.Net.Sockets;

namespace Bartizan.Sandbox.Native;

/// <summary>What the kernel says of a socket that another process made: what it is, and whose network it is in.</summary>
internal static unsafe class NetworkSocket
{
    // Linux's numbers, on x86-64 and arm64.
    private const int SO_TYPE = 3,
        SO_PROTOCOL = 38,
        SO_DOMAIN = 39,
        SO_NETNS_COOKIE = 71;
    private const int AF_INET = 2,
        AF_INET6 = 10,
        IPPROTO_TCP = 6;

    /// <summary>True for a TCP socket of this family.</summary>
    public static bool IsTcp(Descriptor socket, AddressFamily family) =>
        Option(socket, SO_DOMAIN) == (family == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET)
        && Option(socket, SO_TYPE) == Libc.SOCK_STREAM
        && Option(socket, SO_PROTOCOL) == IPPROTO_TCP;

    /// <summary>
    /// A number of the network that a socket is in, which no other network has until the host restarts; null where the kernel can't say.
    /// </summary>
    public static ulong? NetworkOf(Descriptor socket)
    {
        ulong cookie;
        var length = (uint)sizeof(ulong);
        return
            Libc.getsockopt(socket, Libc.SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 && length == sizeof(ulong)
            ? cookie
            : null;
    }

    /// <summary>The same number of this process's own network.</summary>
    public static ulong? OwnNetwork()
    {
        using var socket = new Descriptor(Libc.socket(AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, IPPROTO_TCP));
        return socket.IsInvalid ? null : NetworkOf(socket);
    }

    /// <summary>Takes a descriptor over as a socket.</summary>
    public static SafeSocketHandle Take(Descriptor descriptor)
    {
        var handle = new SafeSocketHandle(descriptor.Number, ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return handle;
    }

    private static int? Option(Descriptor socket, int option)
    {
        int value;
        var length = (uint)sizeof(int);
        return Libc.getsockopt(socket, Libc.SOL_SOCKET, option, &value, &length) == 0 ? value : null;
    }
}
