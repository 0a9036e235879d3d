using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>The C library's functions this room needs, as they are. Results are checked by the types around it.</summary>
internal static unsafe partial class Libc
{
    public const int EINTR = 4,
        EIO = 5,
        EAGAIN = 11;

    public const int SIGKILL = 9,
        SIGSTOP = 19,
        SIGCONT = 18;

    public const int O_RDONLY = 0,
        O_WRONLY = 1,
        O_RDWR = 2,
        O_CREAT = 0x40,
        O_NOFOLLOW = 0x20000,
        O_CLOEXEC = 0x80000,
        O_PATH = 0x200000,
        O_NONBLOCK = 0x800;

    public const int F_DUPFD_CLOEXEC = 1030,
        F_ADD_SEALS = 1033,
        F_GETFL = 3,
        F_SETFL = 4;

    /// <summary>F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE.</summary>
    public const int SealAll = 0xF;

    public const uint MFD_CLOEXEC = 1,
        MFD_ALLOW_SEALING = 2;

    public const int AF_UNIX = 1,
        SOCK_STREAM = 1,
        SOCK_CLOEXEC = 0x80000,
        SOCK_NONBLOCK = 0x800,
        SOL_SOCKET = 1,
        SO_PASSCRED = 16,
        SCM_RIGHTS = 1,
        SCM_CREDENTIALS = 2,
        MSG_NOSIGNAL = 0x4000,
        MSG_CMSG_CLOEXEC = 0x40000000,
        MSG_CTRUNC = 8;

    public const int P_PIDFD = 3,
        WEXITED = 4;

    public const uint EPOLLIN = 1,
        EPOLLOUT = 4,
        EPOLLONESHOT = 1u << 30;

    public const int EPOLL_CTL_ADD = 1,
        EPOLL_CTL_DEL = 2,
        EPOLL_CLOEXEC = 0x80000;

    public const nuint TIOCSWINSZ = 0x5414;

    public const short SpawnSetSignalDefaults = 4,
        SpawnSetSignalMask = 8,
        SpawnSetSession = 0x80;

    public const int LOCK_EX = 2,
        LOCK_NB = 4;

    // The same numbers on x86-64 and arm64.
    public const nint SysPidfdSendSignal = 424,
        SysPidfdOpen = 434,
        SysOpenat2 = 437,
        SysLandlockCreateRuleset = 444;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(Descriptor descriptor, byte* bytes, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(Descriptor descriptor, byte* bytes, nint count);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rmdir(string path);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(Descriptor descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(Descriptor descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(Descriptor descriptor, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(Descriptor descriptor, int level, int option, int* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(Descriptor descriptor, int level, int option, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(Descriptor descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvmsg(Descriptor descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(Descriptor descriptor, byte* bytes, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitid(int kind, int id, byte* information, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(Descriptor epoll, int operation, Descriptor descriptor, byte* occurrence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(Descriptor epoll, byte* occurrences, int most, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int descriptor, int target);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int first);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* set);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* set);

    [LibraryImport("libc")]
    public static partial int sigfillset(void* set);

    [LibraryImport("libc")]
    public static partial int sigemptyset(void* set);

    [LibraryImport("libc")]
    public static partial int posix_spawn(
        int* process,
        byte* file,
        void* actions,
        void* attributes,
        byte** arguments,
        byte** variables
    );

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct open_how.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public const ulong NoMagicLinks = 2,
            NoSymlinks = 4;

        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
