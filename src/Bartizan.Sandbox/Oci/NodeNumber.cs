using System.Runtime.InteropServices;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Oci;

/// <summary>Which file or directory something is, whatever it is called.</summary>
/// <param name="Device">Its file system.</param>
/// <param name="Inode">Its number there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeNumber(ulong Device, ulong Inode)
{
    /// <summary>Of what a path leads to.</summary>
    /// <exception cref="IOException">When that is nothing.</exception>
    public static NodeNumber Of(string path)
    {
        using var opened = Descriptor.Open(path, Libc.O_PATH);
        return Of(opened);
    }

    /// <summary>Of what is open.</summary>
    public static NodeNumber Of(Descriptor opened)
    {
        using var handle = new SafeFileHandle(opened.Number, ownsHandle: false);
        var stat = FileCalls.Stat(handle);
        return new NodeNumber(stat.Device, stat.Inode);
    }
}
