namespace Bartizan.Sandbox.Seccomp;

/// <summary>What the filter does with a system call.</summary>
internal enum SyscallVerdict
{
    /// <summary>EPERM.</summary>
    Deny = 0,

    /// <summary>ENOSYS: as if the kernel were older, so that the C library falls back. Also for numbers we don't know.</summary>
    NoSuchCall,

    /// <summary>Passes.</summary>
    Allow,

    /// <summary>Passes without namespace flags.</summary>
    Clone,

    /// <summary>Passes for Unix, IPv4 and IPv6 streams and datagrams.</summary>
    Socket,

    /// <summary>Passes for Unix sockets.</summary>
    SocketPair,

    /// <summary>Passes but for those that type into a terminal.</summary>
    Ioctl,

    /// <summary>Starts a program: passes, seen.</summary>
    Program,

    /// <summary>Makes, changes or removes names: passes, seen.</summary>
    Names,

    /// <summary>Opens a file, the flags its second argument: passes, seen unless it opens nothing to be read or written.</summary>
    Open,

    /// <summary>The same, the flags its third argument.</summary>
    OpenAt,
}
