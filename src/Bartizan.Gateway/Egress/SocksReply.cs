namespace Bartizan.Gateway.Egress;

/// <summary>
/// The answers of SOCKS5. The address in a reply is always 0.0.0.0:0: which address was dialed, and from where, is nothing that an agent
/// is told.
/// <code>
/// | X'00' | succeeded                   | a tunnel |
/// | X'01' | general failure             | what can't be read |
/// | X'02' | not allowed by ruleset      | the monitor's no, a refused address |
/// | X'04' | host unreachable            | the name has no address, or nobody answered in time |
/// | X'05' | connection refused          | |
/// | X'07' | command not supported       | BIND, UDP ASSOCIATE |
/// | X'08' | address type not supported  | |
/// </code>
/// </summary>
internal static class SocksReply
{
    public const byte Succeeded = 0;
    public const byte Failure = 1;
    public const byte NotAllowed = 2;
    public const byte CommandNotSupported = 7;
    public const byte AddressNotSupported = 8;

    private const byte HostUnreachable = 4;
    private const byte ConnectionRefused = 5;

    /// <summary>RFC 1928, 3: no credential is asked for.</summary>
    public static ReadOnlyMemory<byte> NoCredential { get; } = new byte[] { 5, 0 };

    /// <summary>RFC 1928, 3: a user and a password are asked for.</summary>
    public static ReadOnlyMemory<byte> Password { get; } = new byte[] { 5, 2 };

    /// <summary>RFC 1928, 3: none of the methods that were offered is taken.</summary>
    public static ReadOnlyMemory<byte> NoMethod { get; } = new byte[] { 5, 0xFF };

    /// <summary>RFC 1929: the password is right.</summary>
    public static ReadOnlyMemory<byte> Welcome { get; } = new byte[] { 1, 0 };

    /// <summary>RFC 1929: it isn't.</summary>
    public static ReadOnlyMemory<byte> WrongPassword { get; } = new byte[] { 1, 1 };

    /// <summary>RFC 1928, 6.</summary>
    public static ReadOnlyMemory<byte> Message(byte code) => new byte[] { 5, code, 0, 1, 0, 0, 0, 0, 0, 0 };

    /// <summary>How a dial ended.</summary>
    public static byte Of(DialEnd end) =>
        end switch
        {
            DialEnd.Connected => Succeeded,
            DialEnd.Unreachable => ConnectionRefused,
            DialEnd.NotResolved or DialEnd.TimedOut => HostUnreachable,
            _ => NotAllowed,
        };
}
