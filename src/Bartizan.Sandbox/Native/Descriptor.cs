using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Bartizan.Sandbox.Native;

/// <summary>One file descriptor of this process, closed exactly once. All are close-on-exec; spawning passes copies.</summary>
internal sealed unsafe class Descriptor : SafeHandle
{
    private const int Invalid = -1;

    /// <summary>For the marshaller.</summary>
    public Descriptor()
        : base(Invalid, ownsHandle: true) { }

    public Descriptor(int number)
        : base(Invalid, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == Invalid;

    /// <summary>Its number, for a caller that keeps it alive.</summary>
    public int Number => (int)handle;

    /// <summary>Closes each.</summary>
    public static void CloseAll(IEnumerable<Descriptor> descriptors)
    {
        foreach (var descriptor in descriptors)
        {
            descriptor.Dispose();
        }
    }

    /// <summary>Opens a path; throws what the system said.</summary>
    public static Descriptor Open(string path, int flags, int mode = 0) =>
        Checked(Libc.open(path, flags | Libc.O_CLOEXEC, mode), $"open `{path}`");

    /// <summary>
    /// Opens a path to name it only (O_PATH), none of whose components may be a symbolic link: what was checked is what is
    /// mounted (openat2(2), RESOLVE_NO_SYMLINKS).
    /// </summary>
    public static Descriptor OpenReal(string path)
    {
        var how = new Libc.OpenHow
        {
            Flags = (ulong)(Libc.O_PATH | Libc.O_CLOEXEC),
            Resolve = Libc.OpenHow.NoSymlinks | Libc.OpenHow.NoMagicLinks,
        };
        var text = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            const int currentDirectory = -100;
            return Checked(
                (int)Libc.syscall(Libc.SysOpenat2, currentDirectory, text, (nint)(&how), sizeof(Libc.OpenHow)),
                $"open `{path}`"
            );
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>A memfd with this content that nobody can change any more, positioned at its start.</summary>
    public static Descriptor Sealed(ReadOnlySpan<byte> content)
    {
        using var writable = Checked(
            Libc.memfd_create("bartizan", Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING),
            "make a memory file"
        );
        writable.Write(content);
        if (Libc.fcntl(writable, Libc.F_ADD_SEALS, Libc.SealAll) != 0)
        {
            throw Failure("seal a memory file");
        }

        // Opened anew, so that reading starts at 0 and nobody shares the position.
        return Open($"/proc/self/fd/{writable.Number}", Libc.O_RDONLY);
    }

    /// <summary>A pipe: what is written to the second comes out of the first.</summary>
    public static (Descriptor Reader, Descriptor Writer) Pipe()
    {
        var pair = stackalloc int[2];
        return Libc.pipe2(pair, Libc.O_CLOEXEC) == 0
            ? (new Descriptor(pair[0]), new Descriptor(pair[1]))
            : throw Failure("make a pipe");
    }

    /// <summary>Two ends of a Unix stream socket; the first tells who sends (SO_PASSCRED) and doesn't block.</summary>
    public static (Descriptor Ours, Descriptor Theirs) SocketPair()
    {
        var pair = stackalloc int[2];
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, pair) != 0)
        {
            throw Failure("make a socket pair");
        }

        var (ours, theirs) = (new Descriptor(pair[0]), new Descriptor(pair[1]));
        var one = 1;
        if (Libc.setsockopt(ours, Libc.SOL_SOCKET, Libc.SO_PASSCRED, &one, sizeof(int)) != 0)
        {
            throw Failure("set up a socket pair");
        }

        ours.MakeNonBlocking();
        return (ours, theirs);
    }

    /// <summary>Writes all of it, where it stands.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        fixed (byte* bytes = content)
        {
            for (nint done = 0; done < content.Length; )
            {
                var written = Libc.write(this, bytes + done, content.Length - done);
                done += written > 0 ? written : throw Failure("write");
            }
        }
    }

    /// <summary>Reads a short text from where it stands.</summary>
    public string ReadText(int mostBytes)
    {
        var buffer = stackalloc byte[mostBytes];
        var count = Libc.read(this, buffer, mostBytes);
        return count >= 0 ? Encoding.UTF8.GetString(buffer, (int)count) : throw Failure("read");
    }

    /// <summary>Another descriptor of the same open file, its number at least <paramref name="atLeast"/>.</summary>
    public Descriptor Duplicate(int atLeast = 3) =>
        Checked(Libc.fcntl(this, Libc.F_DUPFD_CLOEXEC, atLeast), "copy a descriptor");

    /// <summary>Reads and writes return at once.</summary>
    public void MakeNonBlocking()
    {
        var flags = Libc.fcntl(this, Libc.F_GETFL, 0);
        if (flags < 0 || Libc.fcntl(this, Libc.F_SETFL, flags | Libc.O_NONBLOCK) != 0)
        {
            throw Failure("set up a descriptor");
        }
    }

    /// <summary>What the last call's errno says, in a sentence that starts with what was tried.</summary>
    public static IOException Failure(string step)
    {
        var inner = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"could not {step}: {inner.Message}", inner);
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;

    private static Descriptor Checked(int number, string step) =>
        number >= 0 ? new Descriptor(number) : throw Failure(step);
}
