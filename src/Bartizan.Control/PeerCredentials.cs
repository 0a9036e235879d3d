using System.Buffers.Binary;
using System.Net.Sockets;

namespace Bartizan.Control;

/// <summary>Who is at the other end of a Unix socket, as the kernel says (unix(7), SO_PEERCRED: pid, uid, gid).</summary>
/// <param name="Uid">The peer's user id when it connected.</param>
public readonly record struct PeerCredentials(uint Uid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int StructureBytes = 12;
    private const int UidOffset = 4;

    /// <summary>Asks the kernel; null when it can't be told.</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> structure = stackalloc byte[StructureBytes];
        try
        {
            var length = socket.GetRawSocketOption(SolSocket, SoPeerCred, structure);
            return length == StructureBytes
                ? new PeerCredentials(
                    BitConverter.IsLittleEndian
                        ? BinaryPrimitives.ReadUInt32LittleEndian(structure[UidOffset..])
                        : BinaryPrimitives.ReadUInt32BigEndian(structure[UidOffset..])
                )
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
