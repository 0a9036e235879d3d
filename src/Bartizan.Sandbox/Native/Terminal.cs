using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>Our end of a sandbox's terminal.</summary>
internal static unsafe class Terminal
{
    /// <summary>Sets the size; the foreground processes hear of it by SIGWINCH.</summary>
    public static void Resize(Descriptor terminal, TerminalSize size)
    {
        var window = new WindowSize { Rows = size.Rows, Columns = size.Columns };
        _ = Libc.ioctl(terminal, Libc.TIOCSWINSZ, &window);
    }

    /// <summary>struct winsize.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }
}
