using System.Runtime.InteropServices;
using System.Text;

namespace Bartizan.Sandbox.Native;

/// <summary>Our end of the socket that a helper process speaks on.</summary>
internal sealed class ControlSocket(Descriptor descriptor) : IDisposable
{
    private const int MostBytes = 512; // a helper's failure is one sentence
    private const int ControlBytes = 256; // six descriptors and credentials, with room

    /// <summary>Waits for the next message.</summary>
    public async Task<ControlMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReceive() is { } message)
            {
                return message;
            }

            await Readiness.ReadableAsync(descriptor, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a short text.</summary>
    public unsafe void Send(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            if (Libc.send(descriptor, start, bytes.Length, Libc.MSG_NOSIGNAL) != bytes.Length)
            {
                throw Descriptor.Failure("speak to the sandbox's helper");
            }
        }
    }

    /// <summary>Sends a short text, and descriptors with it (SCM_RIGHTS).</summary>
    public unsafe void Send(string text, IReadOnlyList<Descriptor> descriptors)
    {
        const int header = 16; // struct cmsghdr: length (8), level (4), type (4)
        var control = stackalloc byte[ControlBytes];
        var length = header + (descriptors.Count * sizeof(int));
        *(long*)control = length;
        *(int*)(control + 8) = Libc.SOL_SOCKET;
        *(int*)(control + 12) = Libc.SCM_RIGHTS;
        for (var i = 0; i < descriptors.Count; i++)
        {
            ((int*)(control + header))[i] = descriptors[i].Number;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            var vector = new Libc.Vector { Base = start, Length = (nuint)bytes.Length };
            var message = new Libc.MessageHeader
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (nuint)((length + 7) & ~7),
            };
            if (Libc.sendmsg(descriptor, &message, Libc.MSG_NOSIGNAL) != bytes.Length)
            {
                throw Descriptor.Failure("hand descriptors to the sandbox's helper");
            }
        }
    }

    public void Dispose() => descriptor.Dispose();

    private unsafe ControlMessage? TryReceive()
    {
        var bytes = stackalloc byte[MostBytes];
        var control = stackalloc byte[ControlBytes];
        var vector = new Libc.Vector { Base = bytes, Length = MostBytes };
        var header = new Libc.MessageHeader
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = ControlBytes,
        };
        var count = Libc.recvmsg(descriptor, &header, Libc.MSG_CMSG_CLOEXEC);
        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR
                ? null
                : throw Descriptor.Failure("hear from the sandbox's helper");
        }

        var descriptors = new List<Descriptor>();
        var (process, user) = ReadControl(control, (int)header.ControlLength, descriptors);
        if ((header.Flags & Libc.MSG_CTRUNC) != 0)
        {
            descriptors.ForEach(static d => d.Dispose());
            throw new IOException("the sandbox's helper sent more than was agreed");
        }

        return new ControlMessage(Encoding.UTF8.GetString(bytes, (int)count), descriptors, process, user);
    }

    // struct cmsghdr: length (8), level (4), type (4), then data, each aligned to 8.
    private static unsafe (int Process, int User) ReadControl(byte* control, int length, List<Descriptor> descriptors)
    {
        const int header = 16;
        var (process, user) = (0, -1);
        for (var at = 0; at + header <= length; )
        {
            var size = (int)*(long*)(control + at);
            var (level, type) = (*(int*)(control + at + 8), *(int*)(control + at + 12));
            var data = (int*)(control + at + header);
            if (level == Libc.SOL_SOCKET && type == Libc.SCM_RIGHTS)
            {
                for (var i = 0; i < (size - header) / sizeof(int); i++)
                {
                    descriptors.Add(new Descriptor(data[i]));
                }
            }
            else if (level == Libc.SOL_SOCKET && type == Libc.SCM_CREDENTIALS)
            {
                (process, user) = (data[0], data[1]);
            }

            at += (Math.Max(size, header) + 7) & ~7;
        }

        return (process, user);
    }
}
