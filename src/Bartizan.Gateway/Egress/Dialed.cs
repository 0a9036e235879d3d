using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>How a dial ended: with a socket, or with a sentence.</summary>
internal readonly record struct Dialed(DialEnd End, Socket? Socket, string Problem)
{
    public static Dialed Failed(DialEnd end, string problem) => new(end, null, problem);
}
