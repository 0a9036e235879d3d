using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bartizan.Tests;

/// <summary>A port of loopback for a listener that has to know it before it listens.</summary>
internal static class FreePort
{
    // A port that the kernel gave out and took back is soon given to another's connection. Those below its range it gives to nobody.
    private static readonly int s_end = int.Parse(
        File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0],
        CultureInfo.InvariantCulture
    );
    private static readonly int s_begin = s_end / 2;
    private static int s_last = Environment.ProcessId * 61;

    /// <summary>One that nobody listens on, and that no other test is told.</summary>
    public static int Next()
    {
        for (var tried = s_begin; tried < s_end; tried++)
        {
            var port = s_begin + (int)((uint)Interlocked.Increment(ref s_last) % (uint)(s_end - s_begin));
            if (IsFree(port))
            {
                return port;
            }
        }
        throw new InvalidOperationException($"No port from {s_begin} to {s_end} is free: end what listens there.");
    }

    /// <summary>The same, as an address.</summary>
    public static IPEndPoint NextEndPoint() => new(IPAddress.Loopback, Next());

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
